export default function About() {
  return <p>MARK-ABOUT Everybody may read how the company began in a small kitchen.</p>;
}

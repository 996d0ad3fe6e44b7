export default function Home() {
  return <p>MARK-HOME Everybody may read the welcome of this house and its garden.</p>;
}

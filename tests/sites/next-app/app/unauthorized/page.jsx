export default function Unauthorized() {
  return <p>Your account does not have the role that this area asks for, sorry.</p>;
}

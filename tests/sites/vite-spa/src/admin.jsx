export default function Admin() {
  return <p>MARK-ADMIN Administrators read the salary plan of the coming winter in this room.</p>;
}

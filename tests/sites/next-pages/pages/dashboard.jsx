export default function Dashboard() {
  return <p>MARK-DASHBOARD Members see the sailing dates of the autumn fleet in this table.</p>;
}

export function getStaticProps() {
  const users = [
    { name: "Ann", note: "MARK-DATA was promised a raise before the end of the fiscal year" },
    { name: "Bob", note: "was asked to hand over the keys of the northern warehouse" },
  ];
  return { props: { users } };
}

export default function Users({ users }) {
  return (
    <>
      <p>MARK-USERS The list of people who have an account here and what they may do.</p>
      <ul>{users.map((user) => <li key={user.name}>{user.name} — {user.note}</li>)}</ul>
    </>
  );
}

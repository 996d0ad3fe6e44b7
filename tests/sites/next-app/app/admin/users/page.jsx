async function load() {
  return [
    { name: "Ann", note: "MARK-DATA was promised a raise before the end of the fiscal year" },
    { name: "Bob", note: "was asked to hand over the keys of the northern warehouse" },
  ];
}

export default async function Users() {
  const users = await load();
  return (
    <>
      <p>MARK-USERS The list of people who have an account here and what they may do.</p>
      <ul>{users.map((user) => <li key={user.name}>{user.name} — {user.note}</li>)}</ul>
    </>
  );
}

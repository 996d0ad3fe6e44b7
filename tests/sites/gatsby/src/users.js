import React from "react";
import Page from "./layout/page";

export default function Users({ pageContext }) {
  return (
    <Page>
      <p>MARK-USERS The list of people who have an account here and what they may do.</p>
      <ul>{pageContext.users.map((user) => <li key={user.name}>{user.name} — {user.note}</li>)}</ul>
    </Page>
  );
}

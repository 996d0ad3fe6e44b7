import { Link } from "gatsby";
import React from "react";

export default function Page({ children }) {
  return (
    <>
      <nav>
        <Link to="/">Home</Link> <Link to="/about">About</Link> <Link to="/dashboard">Dashboard</Link>{" "}
        <Link to="/admin">Admin</Link> <Link to="/admin/users">Users</Link>
      </nav>
      {children}
      <footer>This footer stands on every page of the site and is nobody's secret at all.</footer>
    </>
  );
}

import { Link, Links, Meta, Outlet, Scripts, ScrollRestoration } from "react-router";

export function Layout({ children }) {
  return (
    <html lang="en">
      <head>
        <title>A site</title>
        <Meta />
        <Links />
        <link rel="icon" href="/favicon.svg" />
      </head>
      <body>
        <nav>
          <Link to="/">Home</Link> <Link to="/about">About</Link> <Link to="/dashboard">Dashboard</Link>{" "}
          <Link to="/admin">Admin</Link> <Link to="/admin/users">Users</Link>
        </nav>
        {children}
        <footer>This footer stands on every page of the site and is nobody's secret at all.</footer>
        <ScrollRestoration />
        <Scripts />
      </body>
    </html>
  );
}

export default function Root() {
  return <Outlet />;
}

import Link from "next/link";

export const metadata = { title: "A site" };

export default function Layout({ children }) {
  return (
    <html lang="en">
      <body>
        <nav>
          <Link href="/">Home</Link> <Link href="/about">About</Link>{" "}
          <Link href="/dashboard">Dashboard</Link> <Link href="/admin">Admin</Link>{" "}
          <Link href="/admin/users">Users</Link>
        </nav>
        <main>{children}</main>
        <footer>This footer stands on every page of the site and is nobody's secret at all.</footer>
      </body>
    </html>
  );
}

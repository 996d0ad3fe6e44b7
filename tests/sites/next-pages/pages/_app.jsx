import Link from "next/link";

export default function App({ Component, pageProps }) {
  return (
    <>
      <nav>
        <Link href="/">Home</Link> <Link href="/about">About</Link>{" "}
        <Link href="/dashboard">Dashboard</Link> <Link href="/admin">Admin</Link>{" "}
        <Link href="/admin/users">Users</Link>
      </nav>
      <Component {...pageProps} />
      <footer>This footer stands on every page of the site and is nobody's secret at all.</footer>
    </>
  );
}

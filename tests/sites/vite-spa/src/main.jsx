import { Suspense, lazy } from "react";
import { createRoot } from "react-dom/client";

const pages = {
  "/": lazy(() => import("./home.jsx")),
  "/about": lazy(() => import("./about.jsx")),
  "/dashboard": lazy(() => import("./dashboard.jsx")),
  "/admin": lazy(() => import("./admin.jsx")),
  "/admin/users": lazy(() => import("./users.jsx")),
};
const Page = pages[location.pathname] ?? pages["/"];

createRoot(document.getElementById("root")).render(
  <Suspense>
    <nav>
      <a href="/">Home</a> <a href="/about">About</a> <a href="/dashboard">Dashboard</a>{" "}
      <a href="/admin">Admin</a> <a href="/admin/users">Users</a>
    </nav>
    <Page />
    <footer>This footer stands on every page of the site and is nobody's secret at all.</footer>
  </Suspense>,
);

import { index, route } from "@react-router/dev/routes";

export default [
  index("routes/home.jsx"),
  route("about", "routes/about.jsx"),
  route("unauthorized", "routes/unauthorized.jsx"),
  route("dashboard", "routes/dashboard.jsx"),
  route("admin", "routes/admin.jsx"),
  route("admin/users", "routes/users.jsx"),
];

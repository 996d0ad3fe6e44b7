export default {
  title: "A site",
  url: "https://site.example",
  baseUrl: "/",
  favicon: "img/favicon.svg",
  trailingSlash: false,
  presets: [
    [
      "classic",
      { docs: { routeBasePath: "/", sidebarPath: undefined }, blog: false, pages: {} },
    ],
  ],
  themes: [["@easyops-cn/docusaurus-search-local", { hashed: false, docsRouteBasePath: "/" }]],
  themeConfig: {
    navbar: {
      title: "A site",
      items: [
        { to: "/about", label: "About" },
        { to: "/dashboard", label: "Dashboard" },
        { to: "/admin", label: "Admin" },
        { to: "/admin/users", label: "Users" },
      ],
    },
  },
};

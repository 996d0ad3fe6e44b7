import { defineConfig } from "vitepress";

export default defineConfig({
  title: "A site",
  description: "A site of five pages",
  cleanUrls: true,
  themeConfig: {
    search: { provider: "local" },
    nav: [
      { text: "About", link: "/about" },
      { text: "Dashboard", link: "/dashboard" },
      { text: "Admin", link: "/admin/" },
      { text: "Users", link: "/admin/users" },
    ],
  },
});

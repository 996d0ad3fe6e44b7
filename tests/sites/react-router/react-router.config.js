export default {
  ssr: false,
  prerender: ["/", "/about", "/dashboard", "/admin", "/admin/users", "/unauthorized"],
};

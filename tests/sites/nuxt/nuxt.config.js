export default defineNuxtConfig({
  compatibilityDate: "2026-11-01",
  telemetry: false,
  app: { head: { htmlAttrs: { lang: "en" }, link: [{ rel: "icon", href: "/favicon.svg" }] } },
});

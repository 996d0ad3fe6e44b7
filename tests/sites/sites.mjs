// The sites of this folder: how each is built, and what is to be known of its output.
//
// `output`: the folder that the framework writes. `plain`: also part of the plain test command.
// `index`: a search index of all pages, which holds words and no sentence. `application`: a
// single-page application, whose files no rule by page can guard.
export const SITES = {
  astro: { build: [["astro", "build"]], output: "dist", plain: true },
  vitepress: {
    build: [["vitepress", "build", "docs"]],
    output: "docs/.vitepress/dist",
    plain: true,
    index: "@localSearchIndex",
  },
  "next-app": { build: [["next", "build"]], output: "out", plain: true },
  "next-pages": { build: [["next", "build"]], output: "out" },
  "react-router": { build: [["react-router", "build"]], output: "build/client" },
  sveltekit: { build: [["vite", "build"]], output: "build" },
  nuxt: { build: [["nuxt", "generate"]], output: ".output/public" },
  gatsby: { build: [["gatsby", "build"]], output: "public" },
  docusaurus: {
    build: [["docusaurus", "build"]],
    output: "build",
    index: "search-index.json",
  },
  eleventy: {
    build: [["eleventy"], ["pagefind", "--site", "_site"]],
    output: "_site",
    index: ".pf_index",
  },
  "vite-spa": { build: [["vite", "build"]], output: "dist", application: true },
};

// The sites of this folder: how each is built, and what is to be known of its output.
//
// `output`: the folder that the framework writes. `scripts`: packages that must run code at install
// time. `plain`: also part of the plain test command. `unnamed`: files with a marked sentence that
// the map cannot name, each with its reason.
export const SITES = {
  astro: { build: ["astro", "build"], output: "dist", plain: true },
  vitepress: { build: ["vitepress", "build", "docs"], output: "docs/.vitepress/dist", plain: true },
  "next-app": { build: ["next", "build"], output: "out", plain: true },
};

// Puts the demo site together: every page into the layout, the addresses of the site and of the
// stand-in into the links. The result is a folder of plain files, as any site generator leaves it.

import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const SOURCE = fileURLToPath(new URL("./site/", import.meta.url));

/** Writes the site into `folder`, whose old content goes away. `places` are `site` and `clerk`. */
export async function assemble(folder, places) {
  await rm(folder, { recursive: true, force: true });
  const layout = await readFile(join(SOURCE, "layout.html"), "utf8");
  const pages = join(SOURCE, "pages");
  for (const name of await readdir(pages, { recursive: true })) {
    if (!name.endsWith(".html")) continue;
    const target = join(folder, name);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, lay(layout, await readFile(join(pages, name), "utf8"), places));
  }
  await cp(join(SOURCE, "assets"), join(folder, "assets"), { recursive: true });
}

function lay(layout, page, places) {
  const [, title = "Untitled"] = /<!-- title: (.*?) -->/.exec(page) ?? [];
  const content = page.replace(/<!-- title: .*? -->\n/, "");
  const values = { ...places, title, content };
  return layout.replace(/\{\{(\w+)\}\}/g, (whole, name) => values[name] ?? whole);
}

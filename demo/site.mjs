// The site as the demo serves it: the files of `demo/site`. One page names the Frontend API, whose
// address is known only when the demo runs.

import { existsSync } from "node:fs";
import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The files as they are in the project. */
export const SOURCE = fileURLToPath(new URL("./site/", import.meta.url));

/** The map of these files, where the build has made it. */
const MAP = fileURLToPath(new URL("../build/site/_clerk-edge.txt", import.meta.url));

/** Replaces the content of `folder` by the site; `clerk` is the address of the Frontend API. */
export async function stageSite(folder, clerk) {
  await rm(folder, { recursive: true, force: true });
  await cp(SOURCE, folder, { recursive: true });
  if (existsSync(MAP)) await cp(MAP, join(folder, "_clerk-edge.txt"));
  const page = join(folder, "account.html");
  const text = await readFile(page, "utf8");
  await writeFile(page, text.replace("https://clerk.example.com", () => clerk));
}

// The site as the demo serves it: the files of `demo/site`. One page names the Frontend API, whose
// address is known only when the demo runs.

import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The files as they are in the project. */
export const SOURCE = fileURLToPath(new URL("./site/", import.meta.url));

/** Replaces the content of `folder` by the site; `clerk` is the address of the Frontend API. */
export async function stageSite(folder, clerk) {
  await rm(folder, { recursive: true, force: true });
  await cp(SOURCE, folder, { recursive: true });
  const page = join(folder, "account.html");
  const text = await readFile(page, "utf8");
  await writeFile(page, text.replace("https://clerk.example.com", () => clerk));
}

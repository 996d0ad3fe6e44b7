// The site as the demo serves it: the files of `demo/site`. One page gets a redirect to the
// stand-in for Clerk, whose address is known only when the demo runs.

import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The files as they are in the project. */
export const SOURCE = fileURLToPath(new URL("./site/", import.meta.url));

/** The address of the stand-in's sign-out page. */
export function signOutUrl(clerk, site) {
  return `${clerk}/sign-out?redirect_url=${encodeURIComponent(`${site}/goodbye`)}`;
}

/** Replaces the content of `folder` by the site. */
export async function stageSite(folder, signOut) {
  await rm(folder, { recursive: true, force: true });
  await cp(SOURCE, folder, { recursive: true });
  const page = join(folder, "sign-out.html");
  const address = signOut.replaceAll("&", "&amp;");
  const onward = `<meta http-equiv="refresh" content="0; url=${address}">\n  </head>`;
  const text = await readFile(page, "utf8");
  await writeFile(page, text.replace("</head>", () => onward));
}

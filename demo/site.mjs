// The site as the demo serves it: the plain files of `demo/site`, of which one is made to lead on,
// since files cannot know where the stand-in for Clerk listens.

import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The files as they are in the project. */
export const SOURCE = fileURLToPath(new URL("./site/", import.meta.url));

/** Where the site's link for signing out leads in the demo. */
export function signOutUrl(clerk, site) {
  return `${clerk}/sign-out?redirect_url=${encodeURIComponent(`${site}/goodbye`)}`;
}

/** Copies the site into `folder`, whose old content goes away. */
export async function stageSite(folder, signOut) {
  await rm(folder, { recursive: true, force: true });
  await cp(SOURCE, folder, { recursive: true });
  const page = join(folder, "sign-out.html");
  const address = signOut.replaceAll("&", "&amp;");
  const onward = `<meta http-equiv="refresh" content="0; url=${address}">\n  </head>`;
  const text = await readFile(page, "utf8");
  await writeFile(page, text.replace("</head>", () => onward));
}

// The requests, byte for byte as a browser behind Cloudflare sends them: eighteen headers, the cookies
// that a site has besides Clerk's, and Clerk's own in both spellings, as its library sets them.
import { SITE } from "./tokens.mjs";

const HOST = new URL(SITE).host;
const OTHER_COOKIES =
  "_ga=GA1.1.1234567890.1760000000; _ga_ABCDEFGHIJ=GS2.1.s1760000000$o12$g1$t1760000500$j60; " +
  "theme=dark; locale=en-GB; consent=%7B%22a%22%3Atrue%2C%22m%22%3Afalse%7D; ab=variant-b";

const BROWSER = [
  "Accept-Encoding: gzip, br",
  "Accept-Language: en-GB,en;q=0.9,de;q=0.8",
  "Cf-Connecting-Ip: 203.0.113.7",
  "Cf-Ipcountry: DE",
  "Cf-Ray: 9a1b2c3d4e5f6789-FRA",
  'Cf-Visitor: {"scheme":"https"}',
  "Priority: u=0, i",
  `Referer: ${SITE}/`,
  'Sec-Ch-Ua: "Chromium";v="142", "Not_A Brand";v="99"',
  "Sec-Ch-Ua-Mobile: ?0",
  'Sec-Ch-Ua-Platform: "Linux"',
  "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) " +
    "Chrome/142.0.0.0 Safari/537.36",
  "X-Forwarded-Proto: https",
];
const PAGE = [
  "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
  "Sec-Fetch-Dest: document",
  "Sec-Fetch-Mode: navigate",
  "Sec-Fetch-Site: same-origin",
];
const API = [
  "Accept: application/json",
  "Sec-Fetch-Dest: empty",
  "Sec-Fetch-Mode: cors",
  "Sec-Fetch-Site: same-origin",
];

// The cookies of somebody signed in with this token.
export function signedIn(clerk, token) {
  const since = clerk.issued - 3600;
  const names = ["", `_${clerk.suffix}`];
  const own = names.flatMap((end) => [`__client_uat${end}=${since}`, `__session${end}=${token}`]);
  return `${OTHER_COOKIES}; ${own.join("; ")}`;
}

export const page = (path, cookies = OTHER_COOKIES) => bytes(path, PAGE, [`Cookie: ${cookies}`]);
export const api = (path, cookies = OTHER_COOKIES) => bytes(path, API, [`Cookie: ${cookies}`]);

// A page asked for with a token in the header, as native apps and servers do.
export const bearer = (path, token) =>
  bytes(path, PAGE, [`Cookie: ${OTHER_COOKIES}`, `Authorization: Bearer ${token}`]);

function bytes(path, kind, last) {
  const lines = [`GET ${path} HTTP/1.1`, `Host: ${HOST}`, ...kind, ...BROWSER, ...last];
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
}

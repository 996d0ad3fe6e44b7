// The loads: what is asked, of which deployment, and which answers are right. Every single answer is
// held against that while it is measured: a fast wrong answer is worth nothing.
import { API, PAGE, WELCOME } from "./rules.mjs";
import * as requests from "./requests.mjs";
import { forged, token } from "./tokens.mjs";
import { FLOOR, OURS, REMEMBERING, UNDECIDED, kind } from "./variants.mjs";

export const POOL = 5000;

// The product sends people on by role where a peer says `ok`, and pages to sign-in where it says 401.
const sentOn = (head) => /\r\nlocation: (https:\/\/app\.bench\.example)?\/ok\r/.test(head);
const signedIn = (status, head) => status === 200 || (status === 307 && sentOn(head));
const signedOutPage = (status, head) => status === 401 || (status === 307 && !sentOn(head));
const signedOut = (status) => status === 401;
const page = (status, head) => status === 200 && head.includes('\r\netag: "0123456789');
const data = (status, head) => status === 200 && head.includes("\r\ncontent-type: application/json");

const answer = { place: "answer", right: signedIn };
const ours = { only: [OURS] };

// `new`: no token is sent twice, so that nobody can have remembered it. `seen`: all were sent just
// before. `only`: makes sense for these alone, and `beside` names what it is then compared with.
export const LOADS = [
  { name: "hit", title: "same token", ...answer },
  { name: "miss", title: "each token new", ...answer, new: true },
  { name: "bearer", title: "Bearer", ...answer },
  { name: "forged", title: "forged", ...answer, right: signedOutPage, new: true },
  { name: "page", title: "no token, page", ...answer, right: signedOutPage },
  { name: "api", title: "no token, API", ...answer, right: signedOut },
  { name: "assets", title: "to assets", place: "assets", right: page, passesOn: true },
  { name: "service", title: "to a service", place: "service", right: data, passesOn: true },
  {
    name: "again",
    title: "5,000 tokens seen before",
    ...answer,
    seen: true,
    only: REMEMBERING,
    beside: "hit",
  },
  { name: "quiet", title: "same token, log off", ...answer, place: "quiet", ...ours, beside: "hit" },
  {
    name: "quiet-assets",
    title: "to assets, log off",
    place: "quiet-assets",
    right: page,
    passesOn: true,
    ...ours,
    beside: "assets",
  },
  { name: "many", title: "same token, 1,000 rules", ...answer, place: "many", ...ours, beside: "hit" },
  {
    name: "fetching",
    title: "same token, fetched keys",
    ...answer,
    place: "fetching",
    ...ours,
    beside: "hit",
  },
];

// Which answers of this variant are right. The floor decides nothing, so its own `ok` always is; the
// product never says `ok` of its own, so for it that never is.
export function judge(load, variant) {
  if (load.passesOn) return load.right;
  if (variant.name === FLOOR) return (status) => status === 200;
  if (variant.name === UNDECIDED) return (status) => status === 307 || status === 401;
  return kind(variant) === OURS ? (status, head) => status !== 200 && load.right(status, head) : load.right;
}

// The bytes of one round: what each load sends next. Tokens that must be new are signed for the round.
export function makeRound(clerk, round) {
  const first = token(clerk, 1);
  const people = Array.from({ length: POOL }, (_, i) => token(clerk, (round + 1) * POOL + i));
  const asPage = (text) => requests.page(WELCOME, requests.signedIn(clerk, text));
  const fresh = people.map(asPage);
  const same = [asPage(first)];
  const inFront = [requests.page(PAGE, requests.signedIn(clerk, first))];
  const bytes = {
    miss: fresh,
    again: fresh,
    bearer: [requests.bearer(WELCOME, first)],
    forged: people.map((text) => asPage(forged(text))),
    page: [requests.page(WELCOME)],
    api: [requests.api(API)],
    assets: inFront,
    "quiet-assets": inFront,
    service: [requests.api(API, requests.signedIn(clerk, first))],
  };
  return (name) => inTurn(bytes[name] ?? same);
}

function inTurn(list) {
  let at = 0;
  return () => list[at++ % list.length];
}

// The frame of every page of the stand-in. It begins with the notice that this is not Clerk.
// No scripts, nothing from other hosts; values are escaped.

/** Text that is already HTML; everything else is escaped when it is put into a page. */
class Html {
  constructor(text) {
    this.text = text;
  }
}

/** A template whose values are escaped unless they are HTML themselves. */
export function html(strings, ...values) {
  return new Html(String.raw({ raw: strings }, ...values.map(show)));
}

/** An answer with a whole page in it. */
export function page(title, body, status = 200, headers = []) {
  const { text } = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · stand-in for Clerk</title>
        <link rel="icon" href="data:," />
        <style>
          ${new Html(STYLE)}
        </style>
      </head>
      <body>
        <p class="notice" role="note">
          <strong>This is not Clerk.</strong> It is a stand-in on this machine for the demo.
          There are no passwords, and the people are invented.
        </p>
        <main>
          <h1>${title}</h1>
          ${body}
        </main>
      </body>
    </html>`;
  return { status, headers, html: text };
}

function show(value) {
  if (value instanceof Html) return value.text;
  if (Array.isArray(value)) return value.map(show).join("");
  return String(value ?? "").replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

const STYLE = `
  :root { color-scheme: light dark; --ink: #1d2433; --soft: #57606f; --paper: #f5f4f0;
    --card: #fff; --line: #d9d6cc; --mark: #5b3a00; --note: #ffe3a8; --link: #1f4fbf; }
  @media (prefers-color-scheme: dark) {
    :root { --ink: #e8e9ee; --soft: #a5adbd; --paper: #14171e; --card: #1d222c;
      --line: #353c4a; --mark: #ffe3a8; --note: #4a3405; --link: #9dbcff; } }
  * { box-sizing: border-box; }
  body { margin: 0; font: 1rem/1.5 system-ui, sans-serif; color: var(--ink);
    background: var(--paper); }
  .notice { margin: 0; padding: .75rem 1rem; text-align: center; color: var(--mark);
    background: var(--note); }
  main { max-width: 34rem; margin: 2rem auto; padding: 0 1rem; }
  h1 { font-size: 1.5rem; margin: 0 0 1rem; }
  form { margin: 0; }
  ul { list-style: none; margin: 0; padding: 0; display: grid; gap: .5rem; }
  button { font: inherit; color: inherit; background: var(--card); cursor: pointer;
    border: 1px solid var(--line); border-radius: .6rem; padding: .7rem 1rem; text-align: left; }
  ul button { width: 100%; }
  button:hover { border-color: var(--link); }
  button:focus-visible, a:focus-visible, input:focus-visible { outline: 3px solid var(--link);
    outline-offset: 2px; }
  button span { display: block; color: var(--soft); font-size: .9rem; }
  input { font: inherit; color: inherit; background: var(--card); padding: .6rem .8rem;
    border: 1px solid var(--line); border-radius: .6rem; width: 100%; margin: .25rem 0 1rem; }
  a { color: var(--link); }
  .soft { color: var(--soft); overflow-wrap: anywhere; }
`;

// What stands behind the gate: a static page as an asset server answers it, or a small JSON answer as a
// service does. Everything is in memory, so that the way to it is what is measured.
const HTML = `<!doctype html><title>Reports</title>${"<p>The quarter in numbers.</p>".repeat(60)}`;
const JSON_TEXT = JSON.stringify({ items: [{ id: 1, name: "first" }, { id: 2, name: "second" }] });

export default {
  fetch(_request, env) {
    return env.KIND === "assets"
      ? new Response(HTML, {
          headers: {
            "cache-control": "public, max-age=0, must-revalidate",
            "content-type": "text/html; charset=utf-8",
            etag: '"0123456789abcdef0123456789abcdef"',
          },
        })
      : new Response(JSON_TEXT, { headers: { "content-type": "application/json" } });
  },
};

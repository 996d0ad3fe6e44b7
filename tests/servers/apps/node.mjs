// Node's `http` as most people use it: `new URL` takes the address apart, `decodeURIComponent`
// reads the path.

import { createServer } from "node:http";

const listener = (request, response) => {
  const text = request.url;
  let path;
  try {
    path = decodeURIComponent(new URL(text, "http://localhost").pathname);
  } catch {
    return response.writeHead(400).end();
  }
  const route = path === "/admin" || path.startsWith("/admin/") ? "admin" : "open";
  const names = Object.entries(request.headers).map(([name, value]) => `${name}=${value}`);
  response.end(Buffer.from([route, path, request.method, names.join("\n")].join("~~")));
};

createServer({ maxHeaderSize: 65_536 }, listener).listen(Number(process.argv[2]), "127.0.0.1");

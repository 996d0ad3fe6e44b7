// Express with its defaults: case does not count, nor does a trailing slash. The middleware that
// changes methods is set up as its own page shows it.

import { createRequire } from "node:module";

const [, , port, packages, version] = process.argv;
const load = createRequire(packages);
const express = load(version);
const override = load("method-override");
const app = express();

for (const name of ["X-HTTP-Method", "X-HTTP-Method-Override", "X-Method-Override"]) app.use(override(name));

const told = (route) => (request, response) => {
  const names = Object.entries(request.headers).map(([name, value]) => `${name}=${value}`);
  response.end(Buffer.from([route, request.path, request.method, names.join("\n")].join("~~")));
};

app.all("/admin", told("admin"));
app.all(version === "express" ? "/admin/*rest" : "/admin/*", told("admin"));
app.use(told("open"));
app.listen(Number(port), "127.0.0.1");

// The servers: how each is started on a port, how its version is asked for, and with which settings
// of the gate an operator who has it works.

import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const here = import.meta.dirname;
const apps = join(here, "apps");

/** Programs and folders; each can be named in the environment. */
const PYTHON = process.env.PYTHON ?? "python3";
const PACKAGES = process.env.NODE_PACKAGES ?? join(here, "node_modules");
const HYPER = process.env.HYPER ?? join(here, "hyper/target/debug/recorded-hyper");
const TOMCAT = process.env.TOMCAT ?? "/usr/share/tomcat10";

const INSENSITIVE = { PATH_CASE: "insensitive" };
const SUFFIXES = { PATH_SUFFIXES: [".json", ".html", ".php"] };

const gunicorn = (app, package_, settings = {}) => ({
  version: () => `${pip("gunicorn")}${package_.map((name) => `, ${name} ${pip(name)}`).join("")}`,
  settings,
  command: ({ port }) => [PYTHON, "-m", "gunicorn", "--log-level", "critical", "-b", `127.0.0.1:${port}`, "--limit-request-line", "8190", `${app}:application`],
});

const uvicorn = (app, package_) => ({
  version: () => `${pip("uvicorn")}${package_.map((name) => `, ${name} ${pip(name)}`).join("")}`,
  settings: {},
  command: ({ port }) => [PYTHON, "-m", "uvicorn", "--log-level", "critical", "--http", "h11", "--port", `${port}`, `${app}:application`],
});

const express = (name) => ({
  version: () => JSON.parse(readFileSync(join(PACKAGES, name, "package.json"))).version,
  settings: INSENSITIVE,
  command: ({ port }) => ["node", join(apps, "express.mjs"), `${port}`, `${PACKAGES}/`, name],
});

const nginx = (more = {}) => ({ version: () => /nginx\/(\S+)/.exec(said("nginx", "-v"))[1], settings: {}, ...more });

export const SERVERS = {
  apache: {
    version: () => /Apache\/(\S+)/.exec(said("apache2", "-v"))[1],
    settings: {},
    command: ({ file }) => ["apache2", "-X", "-f", file("apache.conf")],
  },
  "gunicorn-django": gunicorn("django_app", ["django", "djangorestframework"], SUFFIXES),
  "gunicorn-flask": gunicorn("flask_app", ["flask", "werkzeug"]),
  "gunicorn-wsgi": gunicorn("wsgi_app", []),
  hyper: {
    version: () => /name = "hyper"\nversion = "(.*)"/.exec(readFileSync(join(here, "hyper/Cargo.lock"), "utf8"))[1],
    settings: {},
    command: ({ port }) => [HYPER, `${port}`],
  },
  lighttpd: {
    version: () => /lighttpd\/(\S+)/.exec(said("lighttpd", "-v"))[1],
    settings: {},
    command: ({ file }) => ["lighttpd", "-D", "-f", file("lighttpd.conf")],
  },
  nginx: nginx({ command: ({ file }) => ["nginx", "-c", file("nginx.conf")] }),
  "nginx-proxy": nginx(),
  "nginx-scgi": nginx(),
  node: {
    version: () => process.versions.node,
    settings: {},
    command: ({ port }) => ["node", join(apps, "node.mjs"), `${port}`],
  },
  "node-express": express("express"),
  "node-express4": express("express4"),
  php: {
    version: () => /PHP (\S+)/.exec(said("php", "-v"))[1],
    settings: {},
    command: ({ port, folder }) => ["php", "-q", "-S", `127.0.0.1:${port}`, "-t", join(folder, "php")],
  },
  tomcat: {
    version: () => /Apache Tomcat\/(\S+)/.exec(said("java", "-cp", join(TOMCAT, "lib/catalina.jar"), "org.apache.catalina.util.ServerInfo"))[1],
    settings: {},
    command: ({ folder }) => [
      ...["java", `-Dcatalina.home=${TOMCAT}`, `-Dcatalina.base=${join(folder, "tomcat")}`],
      ...["-cp", ["bootstrap.jar", "tomcat-juli.jar"].map((jar) => join(TOMCAT, "bin", jar)).join(":")],
      ...["org.apache.catalina.startup.Bootstrap", "start"],
    ],
  },
  "uvicorn-asgi": uvicorn("asgi_app", []),
  "uvicorn-starlette": uvicorn("starlette_app", ["starlette"]),
};

/** Lays out what the servers serve, and their configuration with its ports. */
export function laidOut(folder, ports) {
  const values = { FOLDER: folder, PYTHON: python(), ...ports };
  const filled = (name) => readFileSync(join(apps, name), "utf8").replace(/@([\w-]+)@/g, (_, key) => values[key]);
  const write = (path, text) => {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  for (const name of ["nginx.conf", "lighttpd.conf", "apache.conf"]) write(name, filled(name));
  for (const name of ["cgi/admin", "cgi/public", "cgi/base"]) {
    write(name, "");
    copyFileSync(join(apps, "echo.py"), join(folder, name));
    chmodSync(join(folder, name), 0o755);
  }
  for (const name of ["php/index.php", "php/admin/index.php"]) write(name, filled("echo.php"));
  write("tomcat/conf/server.xml", filled("tomcat.xml"));
  write("tomcat/conf/web.xml", filled("tomcat-web.xml"));
  for (const name of ["admin/index.html", "admin/x/index.html"]) write(`tomcat/webapps/ROOT/${name}`, "admin~~~~~~");
  for (const name of ["index.html", "public/index.html", "base/x/index.html"]) write(`tomcat/webapps/ROOT/${name}`, "open~~~~~~");
  return (name) => join(folder, name);
}

/** The interpreter itself: CGI programs are started without the environment that shims need. */
function python() {
  return execFileSync(PYTHON, ["-c", "import sys; print(sys.executable)"], { encoding: "utf8" }).trim();
}

function said(program, ...options) {
  return execFileSync("sh", ["-c", '"$@" 2>&1', "sh", program, ...options], { encoding: "utf8" });
}

function pip(name) {
  return execFileSync(PYTHON, ["-c", `import importlib.metadata as m; print(m.version("${name}"))`], { encoding: "utf8" }).trim();
}

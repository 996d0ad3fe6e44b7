"""An origin of Python's own: WSGI, with the variables that CGI makes of headers.

`folding` makes them as lighttpd does, and PHP for dots (tests/vectors/servers.json): every byte of
a name that is neither letter nor digit becomes `_`. Without it they are wsgiref's: `-` alone does.
The program is the kind that the gate protects: it believes `X-Clerk-Role`, looks at the decoded
path without blanks, and lets a header choose the method.
"""

import json
import re
import sys
from wsgiref.simple_server import WSGIRequestHandler, make_server


class Handler(WSGIRequestHandler):
    def get_environ(self):
        environ = super().get_environ()
        if "folding" in sys.argv:
            for name, value in self.headers.items():
                variable = "HTTP_" + re.sub("[^A-Z0-9]", "_", name.upper())
                environ[variable] = value.strip()
        return environ

    def log_message(self, *_):
        pass


def application(environ, start):
    path = environ["PATH_INFO"].strip()
    told = {
        "role": environ.get("HTTP_X_CLERK_ROLE"),
        "team": environ.get("HTTP_X_APP_TEAM"),
        "method": environ.get("HTTP_X_HTTP_METHOD_OVERRIDE", environ["REQUEST_METHOD"]),
        "page": "admin" if path == "/admin" or path.startswith("/admin/") else "open",
        "host": environ.get("HTTP_X_FORWARDED_HOST"),
    }
    start("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(told).encode()]


with make_server("127.0.0.1", 0, application, handler_class=Handler) as server:
    print(server.server_port, flush=True)
    server.serve_forever()

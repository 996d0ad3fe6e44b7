"""WSGI by hand: `PATH_INFO` compared as it comes."""

from told import raw, told


def application(environ, start):
    start("200 OK", [("Content-Type", "text/plain")])
    pairs = [(name, value) for name, value in environ.items() if isinstance(value, str)]
    return [told(raw(environ["PATH_INFO"]), environ["REQUEST_METHOD"], pairs)]

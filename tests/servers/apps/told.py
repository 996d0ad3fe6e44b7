"""The one form in which the Python programs here answer."""


def told(path, method, pairs):
    """Bytes: the route, the path that was seen, the method, then a line for each name."""
    route = b"admin" if path == b"/admin" or path.startswith(b"/admin/") else b"open"
    return answer(route, path, method, pairs)


def answer(route, path, method, pairs):
    lines = b"\n".join(raw(name) + b"=" + raw(value) for name, value in sorted(pairs))
    return b"~~".join([route, path, raw(method), lines])


def raw(text):
    return text if isinstance(text, bytes) else text.encode("latin-1", "replace")

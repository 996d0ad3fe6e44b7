"""ASGI by hand: `scope["path"]` compared as it comes."""

from told import told


async def application(scope, receive, send):
    if scope["type"] != "http":
        return
    path = scope["path"].encode("utf-8", "surrogateescape")
    body = told(path, scope["method"], scope["headers"])
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})

"""Starlette's router with its defaults; FastAPI's is the same."""

from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from told import answer

METHODS = ["GET", "POST", "DELETE"]


def told(route):
    async def endpoint(request):
        path = request.scope["path"].encode("utf-8", "surrogateescape")
        return Response(answer(route, path, request.method, request.headers.raw))

    return endpoint


application = Starlette(
    routes=[
        Route("/admin", told(b"admin"), methods=METHODS),
        Route("/admin/{rest:path}", told(b"admin"), methods=METHODS),
        Route("/{rest:path}", told(b"open"), methods=METHODS),
    ]
)

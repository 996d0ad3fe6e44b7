"""Flask's (werkzeug's) router with its defaults."""

from flask import Flask, Response, request

from told import answer

application = Flask(__name__)
METHODS = ["GET", "POST", "DELETE"]


def told(route):
    pairs = [(name, value) for name, value in request.environ.items() if isinstance(value, str)]
    return Response(answer(route, request.path.encode("utf-8", "replace"), request.method, pairs))


@application.route("/admin", defaults={"rest": ""}, methods=METHODS)
@application.route("/admin/<path:rest>", methods=METHODS)
def admin(rest):
    return told(b"admin")


@application.route("/", defaults={"rest": ""}, methods=METHODS)
@application.route("/<path:rest>", methods=METHODS)
def other(rest):
    return told(b"open")

"""Django with REST framework's `format_suffix_patterns`: `/admin.json` is `/admin`."""

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path, re_path

settings.configure(ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, SECRET_KEY="recording", APPEND_SLASH=True)

from rest_framework.urlpatterns import format_suffix_patterns  # noqa: E402

from told import answer  # noqa: E402


def told(route):
    def view(request, rest="", format=None):
        pairs = [(name, value) for name, value in request.META.items() if isinstance(value, str)]
        seen = request.path_info.encode("utf-8", "replace")
        return HttpResponse(answer(route, seen, request.method, pairs))

    return view


guarded = [path("admin", told(b"admin")), path("admin/<path:rest>", told(b"admin"))]
urlpatterns = [*format_suffix_patterns(guarded), re_path("", told(b"open"))]
application = get_wsgi_application()

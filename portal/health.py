"""Answers a supervisor or a proxy: the process lives, the process can serve."""

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal import clock


@require_safe
@never_cache
def lives(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def can_serve(_request: HttpRequest) -> HttpResponse:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT daybook_now()")
    except Error:
        return HttpResponse("database: no answer\n", status=503, content_type="text/plain")
    return HttpResponse(f"ok at {clock.now().isoformat()}\n", content_type="text/plain")

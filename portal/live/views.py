"""The two ways to hear of news where a WebSocket cannot be: an event stream, and asking."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping

from asgiref.sync import sync_to_async
from django.db import close_old_connections
from django.http import HttpResponse, JsonResponse, StreamingHttpResponse
from django.views.decorators.http import require_GET

from fhir.changes import Head
from portal.identity.middleware import IdentifiedRequest
from portal.live import cursors, desks
from portal.live.admission import VISITOR, Admitted, admitted
from portal.live.consumer import HEARTBEAT
from portal.live.hub import OpenPage
from portal.live.listen import hub


@require_GET
def head(request: IdentifiedRequest) -> HttpResponse:
    """Answer with the newest cursor, or 304 where the browser has it: one read, no audit."""
    known = request.headers.get("If-None-Match", "").strip('"')
    if request.standing and (desk := desks.opened(request.standing, known)):
        # A page of staff looks again each time that it asks.
        again = desks.cursor(request.standing, desk)
        return JsonResponse({"c": again}, headers={"Cache-Control": "no-store"})
    found = _admitted(request, "")
    cursor = cursors.encode(found.head, found.patient) if found.patient else ""
    etag = f'"{cursor}"'
    if cursor and request.headers.get("If-None-Match") == etag:
        return HttpResponse(status=304, headers={"ETag": etag})
    return JsonResponse({"c": cursor}, headers={"ETag": etag, "Cache-Control": "no-store"})


async def events(request: IdentifiedRequest) -> StreamingHttpResponse:
    """Stream the same messages as the socket; the browser resumes with Last-Event-ID."""
    cursor = request.headers.get("Last-Event-ID") or request.GET.get("c", "")
    found = await sync_to_async(_admitted)(request, cursor)
    return StreamingHttpResponse(
        _stream(found),
        content_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


def _admitted(request: IdentifiedRequest, cursor: str) -> Admitted:
    return admitted(request.standing, cursor) if request.standing else VISITOR


async def _stream(found: Admitted) -> AsyncIterator[str]:
    # A request gives its connection back when its answer ends, which here takes hours.
    await sync_to_async(close_old_connections)()
    news: asyncio.Queue[list[str] | None] = asyncio.Queue()
    page = OpenPage(
        found.viewer,
        found.patient,
        found.head,
        tell=lambda _head, sections: news.put_nowait(sections),
        close=lambda _code: news.put_nowait(None),
        content=lambda: news.put_nowait(["content"]),
        desk=found.desk,
    )
    hub().open(page)
    try:
        yield "retry: 5000\n\n"
        if found.is_new_epoch:
            yield _event({"t": "reset"}, "")
        while (sections := await _next(news)) is not None:
            yield _said(page.head, page.patient, sections)
        yield _event({"t": "bye"}, "")
    finally:
        hub().close(page)


async def _next(news: asyncio.Queue[list[str] | None]) -> list[str] | None:
    """Return what to look at again; an empty list is a heartbeat, None the end."""
    try:
        async with asyncio.timeout(HEARTBEAT):
            sections = await news.get()
    except TimeoutError:
        return []
    while sections is not None and not news.empty():
        more = news.get_nowait()
        sections = None if more is None else sorted({*sections, *more})
    return sections


def _said(head: Head, patient: str, sections: list[str]) -> str:
    cursor = cursors.encode(head, patient) if patient else ""
    said = {"t": "ev", "c": cursor, "k": sections} if sections else {"t": "head", "c": cursor}
    return _event(said, cursor)


def _event(said: Mapping[str, object], cursor: str) -> str:
    text = json.dumps(said, separators=(",", ":"))
    return f"id: {cursor}\ndata: {text}\n\n" if cursor else f"data: {text}\n\n"

"""What every page of a record is given, and when a page need not be sent again.

A page carries the cursor of the newest change that its viewer may see; a part of it is asked for
with that cursor, so that the part can say what has come since without moving what is being read.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.utils.crypto import salted_hmac

from portal import clock
from portal.identity.middleware import IdentifiedRequest
from portal.live import cursors
from portal.record import seen
from portal.record.dates import local
from portal.record.heads import head_of

LIVE_URL = "/live/"

Given = ParamSpec("Given")


def page(
    request: IdentifiedRequest,
    template: str,
    context: Mapping[str, Any],
    parts: Mapping[str, str] | None = None,
) -> HttpResponse:
    """Return the page, or the one of its parts that `?part=` asks for.

    :raises Http404: there is no such part.
    """
    if (name := request.GET.get("part")) is not None:
        template = (parts or {}).get(name, "")
        if not template:
            raise Http404("no such part")
    common = {
        "counts": {"record": seen.news_of(request).count},
        "cursor": cursors.encode(head_of(request), request.patient),
        "live_url": LIVE_URL,
        "moment": clock.now(),
    }
    return render(request, template, {**common, **context})


def kept(
    view: Callable[Concatenate[IdentifiedRequest, Given], HttpResponse],
) -> Callable[Concatenate[HttpRequest, Given], HttpResponse]:
    """Answer 304, without a look into the record, where nothing the viewer may see has changed."""

    @wraps(view)
    def answered(request: HttpRequest, /, *args: Given.args, **given: Given.kwargs) -> HttpResponse:
        tag = _tag(request)  # type: ignore[arg-type]
        if request.headers.get("If-None-Match") == tag:
            return HttpResponseNotModified(headers={"ETag": tag})
        response = view(request, *args, **given)  # type: ignore[arg-type]
        if response.status_code == 200:  # noqa: PLR2004 (OK)
            response["ETag"] = tag
        return response

    return answered


def _tag(request: IdentifiedRequest) -> str:
    """Return what stands for this page to this viewer today; no number can be read out of it."""
    head = head_of(request)
    told = "|".join(
        [
            request.viewer.session,
            request.get_full_path(),
            f"{head.epoch}.{head.seq}",
            seen.news_of(request).stamp,
            str(local(clock.now()).date()),
        ]
    )
    return f'"{salted_hmac("portal.record.pages", told).hexdigest()[:32]}"'

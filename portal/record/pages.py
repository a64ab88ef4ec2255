"""What every page of a record is given, and when a page need not be sent again.

A page carries the cursor of the newest change that its viewer may see; a part of it is asked for
with that cursor, so that the part can say what has come since without moving what is being read.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeAlias

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.utils.crypto import salted_hmac

from cms import content
from fhir.search.values import NHS_NUMBER
from fhir.store import Criteria
from portal import clock
from portal.identity.middleware import IdentifiedRequest
from portal.live import cursors
from portal.record import seen, words
from portal.record.dates import local
from portal.record.heads import head_of

LIVE_URL = "/live/"

Given = ParamSpec("Given")
View: TypeAlias = Callable[Concatenate[IdentifiedRequest, Given], HttpResponse]
Answer: TypeAlias = Callable[Concatenate[HttpRequest, Given], HttpResponse]


@dataclass(frozen=True, slots=True)
class Person:
    """Who a printed page is about."""

    name: str
    nhs_number: str


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
    news = seen.all_news_of(request)
    common = {
        "foot": content.footer_links() if name is None else [],
        "counts": {"record": news.count, **news.counts},
        "cursor": cursors.encode(head_of(request), request.patient),
        "live_url": LIVE_URL,
        "moment": clock.now(),
        "printed": whose(request) if "print" in request.GET else None,
    }
    return render(request, template, {**common, **context})


def whose(request: IdentifiedRequest) -> Person:
    """Return whose record it is, for the head of a printed page; to a helper, by name alone."""
    if request.standing and request.standing.acting:
        return Person(request.standing.acting.name, "")
    found, _ = request.records.search(Criteria("Patient", [request.patient], count=1))
    patient = found[0].json if found else {}
    names = patient.get("name") or [{}]
    official = next((one for one in names if one.get("use") == "official"), names[0])
    numbers = [
        str(one.get("value") or "")
        for one in patient.get("identifier") or ()
        if one.get("system") == NHS_NUMBER
    ]
    return Person(words.person(official), next(iter(numbers), ""))


def kept(view: View[Given]) -> Answer[Given]:
    """Answer 304, without a look into the record, where nothing the viewer may see has changed."""
    return _kept(view, words=str)


def kept_with_content(view: View[Given]) -> Answer[Given]:
    """Answer as `kept` does, on a page that shows what editors say of a test too."""
    return _kept(view, words=content.stamp)


def _kept(view: View[Given], words: Callable[[], str]) -> Answer[Given]:
    @wraps(view)
    def answered(request: HttpRequest, /, *args: Given.args, **given: Given.kwargs) -> HttpResponse:
        tag = _tag(request, words())  # type: ignore[arg-type]
        if request.headers.get("If-None-Match") == tag:
            return HttpResponseNotModified(headers={"ETag": tag})
        response = view(request, *args, **given)  # type: ignore[arg-type]
        if response.status_code == 200:  # noqa: PLR2004 (OK)
            response["ETag"] = tag
        return response

    return answered


def _tag(request: IdentifiedRequest, words: str) -> str:
    """Return what stands for this page to this viewer today; no number can be read out of it."""
    head = head_of(request)
    told = "|".join(
        [
            request.viewer.session,
            request.get_full_path(),
            f"{head.epoch}.{head.seq}",
            seen.all_news_of(request).stamp,
            str(local(clock.now()).date()),
            words,
        ]
    )
    return f'"{salted_hmac("portal.record.pages", told).hexdigest()[:32]}"'

"""What somebody sees who was given a link: chosen parts of a record, to read, for a short time.

No sign-in: the link's code and its passcode, posted, open it for this browser's session. Each
page asks anew whether the link still stands.
"""

from collections.abc import Callable
from functools import wraps
from itertools import islice
from typing import Concatenate, ParamSpec
from uuid import UUID

from allauth.core import ratelimit
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from fhir.access import Viewer
from fhir.store import Criteria, Repository
from portal import clock
from portal.export import links, reading
from portal.export.forms import OpenForm
from portal.export.items import item_of
from portal.export.manifest import person_in
from portal.export.models import ShareLink
from portal.export.parts import Part, parts_of
from portal.export.viewers import viewer_through
from portal.record.naming import names_of

SESSION = "shared"
MOST_PAGES = 100
HEADERS = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow, noarchive"}
GONE, TOO_MANY = 410, 429

Given = ParamSpec("Given")
View = Callable[Concatenate[HttpRequest, ShareLink, Viewer, Given], HttpResponse]


@require_http_methods(["GET", "HEAD", "POST"])
def open_link(request: HttpRequest) -> HttpResponse:
    form = OpenForm(request.POST or None)
    if request.method == "POST" and not ratelimit.consume(request, action="open_link"):
        return _private(render(request, "429.html", status=TOO_MANY))
    if request.method == "POST" and form.is_valid():
        try:
            found = links.open_with(**form.cleaned_data, now=clock.now())
        except links.Ended:
            return _ended(request)
        except links.CannotOpen:
            form.add_error(None, "The link and the passcode do not belong together")
        else:
            request.session.cycle_key()
            request.session[SESSION] = str(found.pk)
            return redirect("shared:front")
    return _private(render(request, "export/shared/open.html", {"form": form}))


def through_link(view: View[Given]) -> Callable[Concatenate[HttpRequest, Given], HttpResponse]:
    """Let in whoever has opened a link that stands; everybody else is told that it has ended."""

    @wraps(view)
    def answered(request: HttpRequest, /, *args: Given.args, **given: Given.kwargs) -> HttpResponse:
        key = request.session.get(SESSION)
        opened = ShareLink.objects.filter(pk=UUID(key)) if key else ShareLink.objects.none()
        link = opened.select_related("user").first()
        viewer = viewer_through(link) if link else None
        if link is None or viewer is None:
            request.session.pop(SESSION, None)
            return _ended(request)
        return _private(view(request, link, viewer, *args, **given))

    return answered


@require_safe
@through_link
def front(_request: HttpRequest, link: ShareLink, viewer: Viewer) -> HttpResponse:
    """Lead to the first part: there is nothing else to see."""
    return redirect("shared:part", _parts(link, viewer)[0].key)


@require_safe
@through_link
def part(request: HttpRequest, link: ShareLink, viewer: Viewer, key: str) -> HttpResponse:
    parts = _parts(link, viewer)
    shown = next((one for one in parts if one.key == key), None)
    number = request.GET.get("page", "1")
    if shown is None or not number.isdecimal() or not 0 < int(number) <= MOST_PAGES:
        raise Http404
    records = Repository(viewer, leaves_out=True)
    vars(request)["records"] = records
    asked = reading.Asked(link.patient)
    found = list(islice(reading.pages_of(records, shown, asked), int(number) - 1, int(number) + 1))
    page = found[0] if found else []
    names = names_of(records, page)
    who, _ = records.search(Criteria("Patient", [link.patient], count=1))
    context = {
        "link": link,
        "parts": parts,
        "part": shown,
        "person": person_in(who),
        "born": who[0].json.get("birthDate", "") if who else "",
        "items": [item_of(stored, names, None, level=4) for stored in page],
        "next": int(number) + 1 if len(found) > 1 else None,
    }
    return render(request, "export/shared/part.html", context)


@require_safe
@through_link
def alive(_request: HttpRequest, _link: ShareLink, _viewer: Viewer) -> HttpResponse:
    """Tell an open page that it may stay: it asks every few seconds."""
    return HttpResponse(status=204)


@require_http_methods(["POST"])
def leave(request: HttpRequest) -> HttpResponse:
    request.session.pop(SESSION, None)
    return redirect("shared:open")


def _parts(link: ShareLink, viewer: Viewer) -> list[Part]:
    """Return what was chosen, of what may still be seen.

    :raises Http404: nothing of it may.
    """
    found = [one for one in parts_of(viewer, link.patient) if one.key in link.chosen]
    if not found:
        raise Http404
    return found


def _ended(request: HttpRequest) -> HttpResponse:
    return _private(render(request, "export/shared/ended.html", status=GONE))


def _private(response: HttpResponse) -> HttpResponse:
    """Keep a page out of caches, histories and search engines."""
    for name, value in HEADERS.items():
        response[name] = value
    return response

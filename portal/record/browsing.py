"""A patient's record as they browse it: its front, a section, one thing in it."""

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from fhir.store import NotFound, Retraction, Stored
from portal.identity.middleware import IdentifiedRequest
from portal.record import arrivals, freshness, pages, places, seen
from portal.record.discharge import last_discharge
from portal.record.entry import present
from portal.record.listing import listed
from portal.record.naming import names_of
from portal.record.pages import kept
from portal.record.sections import BY_KEY, Section, kind_of, sections_for
from portal.record.versions import earlier, versions_before

SECTION_PARTS = {"list": "record/parts/list.html", "status": "record/parts/status.html"}
ITEM_PARTS = {"item": "record/parts/item.html", "status": "record/parts/item_status.html"}
GONE_PARTS = {"item": "record/parts/gone.html", "status": "record/parts/no_status.html"}
NEXT = {"home": "home", "record": "record:front"}


@require_safe
@kept
def section(request: IdentifiedRequest, key: str) -> HttpResponse:
    here = _section(request, key)
    place = places.asked_for(request)
    arrived = arrivals.arrived(request, here.types_for(request.viewer))
    context: dict[str, Any] = {
        "here": here,
        "before": request.GET.get("before", ""),
        "fresh": freshness.of(request.patient),
        "arrived": arrived,
        "has": {one.key for one in sections_for(request.viewer)},
    }
    if request.GET.get("part") != "status":
        news = seen.news_of(request, key)
        found = listed(request, here, place, arrived, news)
        after = found.next.sealed(request.patient) if found.next else ""
        context |= {"found": found, "next": after}
        if key == "medicines" and place is None and "part" not in request.GET:
            context["discharge"] = last_discharge(request.records, request.patient)
    return _page(request, "record/section.html", context, SECTION_PARTS)


@require_safe
@kept
def item(request: IdentifiedRequest, key: str, kind: str, item_id: str) -> HttpResponse:
    here = _section(request, key)
    resource_type = _type(request, here, kind)
    try:
        stored = request.records.read(resource_type, item_id)
    except NotFound:
        return _gone(request, here, resource_type, item_id)
    if stored.patient != request.patient:
        raise Http404
    match request.GET.get("part"):
        case "item":
            return HttpResponseNotModified()  # nothing is redrawn under a reader
        case "status":
            context = {"here": here, "changed": arrivals.touched(request, item_id)}
            return _page(request, "", context | {"when": _when(stored)}, ITEM_PARTS)
    seen.open_item(request, resource_type, item_id)
    before = versions_before(request.records, stored)
    names = names_of(request.records, [stored, *before])
    context = {
        "here": here,
        "kind": kind_of(resource_type),
        "changed": False,
        "when": _when(stored),
        "entry": present(stored, names),
        "stored": stored,
        "earlier": earlier(stored, before, names),
    }
    return _page(request, "record/item.html", context, ITEM_PARTS)


@require_POST
def seen_all(request: IdentifiedRequest) -> HttpResponse:
    seen.see_all(request)
    return redirect(NEXT.get(request.POST.get("next", ""), "record:front"))


def _section(request: IdentifiedRequest, key: str) -> Section:
    """Return the section of an address.

    :raises Http404: it is not there for this viewer.
    """
    found = BY_KEY[key]
    if not found.types_for(request.viewer):
        raise Http404
    return found


def _type(request: IdentifiedRequest, here: Section, kind: str) -> str:
    """Return the type of resource that an address names.

    :raises Http404: the section holds none such for this viewer.
    """
    types = {name.lower(): name for name in here.types_for(request.viewer)}
    if kind not in types:
        raise Http404
    return types[kind]


def _when(stored: Stored) -> str:
    return present(stored).told()


def _gone(
    request: IdentifiedRequest, here: Section, resource_type: str, item_id: str
) -> HttpResponse:
    """Say what became of a thing that this person had been shown.

    :raises Http404: they had not, or it never was.
    """
    retracted: list[Retraction] = request.records.retracted(request.patient, resource_type)
    found = next((one for one in retracted if one.id == item_id), None)
    if found is None:
        raise Http404
    context = {"here": here, "kind": kind_of(resource_type), "gone": found}
    return _page(request, "record/gone.html", context, GONE_PARTS)


def _page(
    request: IdentifiedRequest, template: str, context: dict[str, Any], parts: dict[str, str]
) -> HttpResponse:
    return pages.page(request, template, {"section": "record", **context}, parts)

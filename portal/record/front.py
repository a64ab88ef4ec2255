"""The front of a record: the doors to its parts, and everything in it, newest first."""

from typing import Any

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from portal.identity.middleware import IdentifiedRequest
from portal.record import arrivals, freshness, pages, places
from portal.record.pages import kept
from portal.record.sections import sections_for, types_for
from portal.record.timeline import Asked, timeline, years

AREAS = frozenset({"", "appointments", "home", "record"})  # where the header's line may stand
PARTS = {
    "sections": "layouts/patient_sections.html",
    "doors": "record/parts/doors.html",
    "status": "record/parts/front_status.html",
    "timeline": "record/parts/timeline.html",
}
_FIRST_YEAR, _LAST_YEAR = 1800, 2999


@require_safe
@kept
def front(request: IdentifiedRequest) -> HttpResponse:
    """Show the doors and the timeline; `?part=sections` is the header's line on any page."""
    area = request.GET.get("section", "record")
    if area not in AREAS:
        raise Http404
    sections = sections_for(request.viewer)
    context: dict[str, Any] = {"section": area, "sections": sections}
    part = request.GET.get("part")
    if part in {None, "status", "timeline"}:
        arrived = arrivals.arrived(request, set(types_for(request.viewer, sections)))
        context |= {"arrived": arrived, "fresh": freshness.of(request.patient)}
        if part != "status":
            context |= _timeline(request, arrived)
    return pages.page(request, "record/front.html", context, PARTS)


def _timeline(request: IdentifiedRequest, arrived: arrivals.Arrived) -> dict[str, Any]:
    asked = _asked(request)
    found = timeline(request, asked, arrived)
    return {
        "asked": asked,
        "before": request.GET.get("before", ""),
        "groups": found.groups,
        "next": found.next.sealed(request.patient) if found.next else "",
        "years": years(request) if "part" not in request.GET else [],
    }


def _asked(request: IdentifiedRequest) -> Asked:
    """Return what is to be shown.

    :raises Http404: there is no such part of the record, no such year, no such place.
    """
    key, year = request.GET.get("kind", ""), request.GET.get("year", "")
    section = next((one for one in sections_for(request.viewer) if one.key == key), None)
    if key and section is None:
        raise Http404
    if year and not (year.isascii() and year.isdecimal() and len(year) == len("2026")):
        raise Http404
    if year and not _FIRST_YEAR <= int(year) <= _LAST_YEAR:
        raise Http404
    return Asked(section, int(year) if year else None, places.asked_for(request))

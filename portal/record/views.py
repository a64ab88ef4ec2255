"""Who has looked at a record."""

from datetime import datetime

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from fhir import audit
from fhir.access import Kind
from fhir.store import Criteria
from portal.emergency.standing import windows_of
from portal.identity.middleware import IdentifiedRequest
from portal.record import pages
from portal.record.lookups import Lookup, by_day, lookups
from portal.record.reading import title_of

ENTRIES = 200

# What the list of lookups can be narrowed to, by who asked.
LOOKERS: dict[str, tuple[str, tuple[Kind, ...]]] = {
    "": ("All but me", (Kind.STAFF, Kind.SERVICE, Kind.PROXY)),
    "staff": ("Staff", (Kind.STAFF,)),
    "helpers": ("Helpers", (Kind.PROXY,)),
    "systems": ("Hospital systems", (Kind.SERVICE,)),
    "me": ("Me", (Kind.PATIENT,)),
}


@require_safe
def access_log(request: IdentifiedRequest) -> HttpResponse:
    chosen = request.GET.get("who", "")
    if chosen not in LOOKERS:
        raise Http404
    entries = audit.entries_for(
        request.viewer,
        request.patient,
        kinds=LOOKERS[chosen][1],
        before=_moment(request.GET.get("before", "")),
        count=ENTRIES,
    )
    found = lookups(entries, windows_of(request.patient))
    context = {
        "section": "record",
        "days": list(by_day(found)),
        "titles": _titles(request, found),
        "lookers": [(key, label) for key, (label, _) in LOOKERS.items()],
        "chosen": chosen,
        "next": entries[-1].at if len(entries) == ENTRIES else None,
    }
    return pages.page(request, "record/access_log.html", context)


def _titles(request: IdentifiedRequest, found: list[Lookup]) -> dict[str, str]:
    """Return the names of the reports that were looked at, of those that may be named."""
    ids = sorted({name for visit in found for name in visit.reports})
    if not ids:
        return {}
    wanted = Criteria("DiagnosticReport", [request.patient], ids=ids, count=len(ids))
    return {one.id: title_of(one.facts, "") for one in request.records.summaries(wanted)[0]}


def _moment(text: str) -> datetime | None:
    """Return the moment asked for.

    :raises Http404: it is none.
    """
    try:
        at = datetime.fromisoformat(text) if text else None
    except ValueError:
        raise Http404 from None
    if at is not None and at.tzinfo is None:
        raise Http404
    return at

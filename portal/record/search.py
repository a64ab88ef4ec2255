"""Searching a record for words: asked by a form that leaves them in no address and in no log."""

from typing import Any, Final

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from fhir.store import Repository
from portal.identity.middleware import IdentifiedRequest
from portal.record import moments, pages
from portal.record.entry import present
from portal.record.naming import names_of
from portal.record.sections import Section, sections_for

MOST: Final = 50
LONGEST: Final = 200  # characters that are looked for


@require_http_methods(["GET", "HEAD", "POST"])
def search(request: IdentifiedRequest) -> HttpResponse:
    """Show the form, and below it what was found. Nothing of an answer is ever kept."""
    sections = sections_for(request.viewer)
    asked = request.POST.get("words", "").replace("\x00", "").strip()[:LONGEST]
    key = request.POST.get("part", "")
    chosen = [one for one in sections if one.key == key] or sections
    context: dict[str, Any] = {
        "section": "record",
        "sections": sections,
        "asked": asked,
        "chosen": key,
        "rows": [],
        "has_more": False,
    }
    if asked:
        context |= _found(request, chosen, asked)
    return pages.page(request, "record/search.html", context)


def _found(request: IdentifiedRequest, sections: list[Section], asked: str) -> dict[str, Any]:
    # A search is sent by POST, and changes nothing for all that.
    records = request.records = Repository(request.viewer, leaves_out=True)
    types = [name for one in sections for name in one.types_for(request.viewer)]
    found, more = records.find(request.patient, types, asked, MOST)
    names = names_of(records, found)
    rows = [moments.of_entry(request, one, present(one, names), ()) for one in found]
    return {"rows": rows, "has_more": more}

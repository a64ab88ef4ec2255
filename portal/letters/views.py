"""A letter: as a page first, then in the forms in which people keep and print it."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from fhir.store import NotFound, Retraction, Stored
from portal import printing
from portal.identity.middleware import IdentifiedRequest
from portal.letters import files
from portal.letters.letter import Letter, earlier_of, file_of, letter_of
from portal.record import pages, seen, words
from portal.record.naming import names_of
from portal.record.pages import kept
from portal.record.versions import versions_before

TYPES = {"documentreference": "DocumentReference", "composition": "Composition"}
PARTS = {"letter": "letters/parts/letter.html"}
GONE_PARTS = {"letter": "letters/parts/gone.html"}
# The sizes of type that a printed letter can have, by their addresses.
PRINTS = {"pdf": "", "large-print": "db-paper--large"}
# A file of ours or of a sender's is saved, never opened in place; where it is all the same,
# nothing in it runs.
INERT = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
LONGEST_PRINT = 200_000  # letters of markup: the time that a PDF takes grows with them


@require_safe
@kept
def letter(request: IdentifiedRequest, kind: str, letter_id: str) -> HttpResponse:
    stored = _read(request, kind, letter_id)
    found = _letter(request, stored)
    if found is None or isinstance(stored, Retraction):
        return _gone(request, stored)
    if request.GET.get("part") == "letter" and request.GET.get("version") == str(found.version):
        return HttpResponseNotModified()
    seen.open_item(request, found.resource_type, found.id)
    context = {
        "section": "record",
        "letter": found,
        "earlier": earlier_of(stored, versions_before(request.records, stored)),
        "changed": request.GET.get("part") == "letter",
        "web_size": words.size(len(_document(request, found, "").encode())),
        "prints": printing.is_available() and _can_be_printed(found),
    }
    return pages.page(request, "letters/letter.html", context, PARTS)


@require_safe
def web_page(request: IdentifiedRequest, kind: str, letter_id: str) -> HttpResponse:
    """Hand over the letter as one file of HTML, which needs nothing else."""
    found = _standing(request, kind, letter_id)
    return _saved(_document(request, found, "").encode(), "text/html; charset=utf-8", "html")


@require_safe
def printed(request: IdentifiedRequest, kind: str, letter_id: str, form: str) -> HttpResponse:
    """Hand over the letter as a tagged PDF, in ordinary or in large print."""
    found = _standing(request, kind, letter_id)
    if form not in PRINTS or not printing.is_available() or not _can_be_printed(found):
        raise Http404
    made = printing.pdf(_document(request, found, PRINTS[form]))
    return _saved(made, files.PDF, "pdf")


@require_safe
def file(request: IdentifiedRequest, kind: str, letter_id: str, number: int) -> HttpResponse:
    """Hand over a file that came with the letter, as it came."""
    try:
        stored = request.records.read(_type_of(kind), letter_id)
        if letter_of(stored).is_mistake:
            raise Http404
        found = file_of(stored, number)
    except (NotFound, LookupError):
        raise Http404 from None
    return _saved(found.content, found.content_type, files.ENDINGS[found.content_type])


def _type_of(kind: str) -> str:
    """Return the type of resource that an address names.

    :raises Http404: letters are of no such type.
    """
    try:
        return TYPES[kind.lower()]
    except KeyError:
        raise Http404 from None


def _read(request: IdentifiedRequest, kind: str, letter_id: str) -> Stored | Retraction:
    """Return what an address names, or what became of it if it was shown.

    :raises Http404: this viewer knows of none.
    """
    resource_type = _type_of(kind)
    try:
        return request.records.read(resource_type, letter_id)
    except NotFound:
        gone = request.records.retracted(request.patient, resource_type)
        known = next((one for one in gone if one.id == letter_id), None)
        if known is None:
            raise Http404 from None
        return known


def _letter(request: IdentifiedRequest, stored: Stored | Retraction) -> Letter | None:
    """Return the letter; none is one that was taken back, or sent by mistake."""
    if isinstance(stored, Retraction):
        return None
    found = letter_of(stored, names=names_of(request.records, [stored]))
    return None if found.is_mistake else found


def _standing(request: IdentifiedRequest, kind: str, letter_id: str) -> Letter:
    """Return a letter that may be relied on.

    :raises Http404: there is none.
    """
    found = _letter(request, _read(request, kind, letter_id))
    if found is None or not found.is_readable:
        raise Http404
    return found


def _gone(request: IdentifiedRequest, found: Stored | Retraction) -> HttpResponse:
    gone = found if isinstance(found, Retraction) else None
    context = {"section": "record", "gone": gone}
    return pages.page(request, "letters/gone.html", context, GONE_PARTS)


def _document(request: HttpRequest, letter: Letter, look: str) -> str:
    """Return the letter as a whole HTML document, from which PDFs are made too."""
    person = pages.whose(request)  # type: ignore[arg-type]
    context = {"letter": letter, "person": person, "look": look}
    return render_to_string("letters/document.html", context)


def _can_be_printed(letter: Letter) -> bool:
    return 0 < sum(len(one.body) for one in letter.passages) <= LONGEST_PRINT


def _saved(content: bytes, content_type: str, ending: str) -> HttpResponse:
    headers = {
        "Content-Disposition": f'attachment; filename="letter.{ending}"',
        "Content-Security-Policy": INERT,
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(content, content_type=content_type, headers=headers)

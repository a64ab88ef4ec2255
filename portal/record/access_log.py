"""Who has looked at a record: a page by days, and a file of what the page's choice shows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import chain, groupby, islice
from urllib.parse import urlencode

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from portal.identity.middleware import IdentifiedRequest
from portal.privacy import reading as questions
from portal.privacy.reading import Beside, may_be_asked_about
from portal.record import log_reading, pages
from portal.record.dates import clock as time_of
from portal.record.dates import day, moment, weekday
from portal.record.log_file import csv_of
from portal.record.log_forms import SpanForm
from portal.record.log_reading import LOOKERS, Asked
from portal.record.lookups import Lookup

# A page ends with a day, so that no visit is cut in two; on a day of its own there may be many.
LINES, MOST_LINES = 40, 400
_TITLES_AT_ONCE = 200
LABELS = {key: label for key, (label, _) in LOOKERS.items()}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the page: what was done, the answer to why, or where to ask."""

    visit: Lookup
    said: str
    question: Beside | None
    ask: str


@require_safe
def access_log(request: IdentifiedRequest) -> HttpResponse:
    form, asked = _asked(request)
    found = log_reading.visits(request.viewer, request.patient, asked) if asked else iter(())
    shown, rest = _page_of(found)
    days = groupby(_lines(request, shown), key=lambda line: line.visit.day)
    asked = asked or Asked(request.GET.get("who", ""))
    context = {
        "section": "record",
        "form": form,
        "days": [(weekday(one), list(lines)) for one, lines in days],
        "lookers": [
            (label, _address(replace(asked, who=key)), key) for key, label in LABELS.items()
        ],
        "chosen": asked,
        "older": (_address(replace(asked, until=rest)), day(rest)) if rest else None,
        "file": _address(asked, "record:access-log-file"),
        "is_cut": len(shown) == MOST_LINES,
    }
    response = pages.page(request, "record/access_log.html", context)
    response.status_code = 400 if form.errors else 200
    return response


@require_safe
def access_log_file(request: IdentifiedRequest) -> StreamingHttpResponse:
    """Send all that the choice shows; it is in the audit before the first line goes out."""
    _, asked = _asked(request)
    if asked is None:
        raise Http404
    found = log_reading.visits(request.viewer, request.patient, asked)
    first = list(islice(found, 1))
    rows = (_row(line) for some in _batches(chain(first, found)) for line in _lines(request, some))
    response = StreamingHttpResponse(csv_of(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="who-looked-at-my-record.csv"'
    return response


def line_of(request: IdentifiedRequest, name: str) -> Line:
    """Return one line by the name that its address has.

    :raises Http404: there is none that this viewer may see.
    """
    visit = log_reading.named(request.viewer, request.patient, name)
    if visit is None:
        raise Http404
    return _lines(request, [visit])[0]


def _asked(request: IdentifiedRequest) -> tuple[SpanForm, Asked | None]:
    """Return the form of days, and what is asked for, or None where the days are none.

    :raises Http404: there are no such lookers.
    """
    who = request.GET.get("who", "")
    if who not in LOOKERS:
        raise Http404
    form = SpanForm(request.GET or None)
    if form.is_bound and not form.is_valid():
        return form, None
    given = form.cleaned_data if form.is_bound else {}
    return form, Asked(who, given.get("since"), given.get("until"))


def _address(asked: Asked, page: str = "record:access-log") -> str:
    given = {"who": asked.who, "since": asked.since, "until": asked.until}
    query = urlencode({name: value for name, value in given.items() if value})
    return f"{reverse(page)}?{query}" if query else reverse(page)


def _page_of(found: Iterable[Lookup]) -> tuple[list[Lookup], date | None]:
    """Return the lines of whole days that fill a page, and the day with which the next begins."""
    shown: list[Lookup] = []
    for visit in found:
        if len(shown) >= LINES and visit.day != shown[-1].day:
            return shown, visit.day
        if len(shown) == MOST_LINES:
            return shown, shown[-1].day - timedelta(days=1)
        shown.append(visit)
    return shown, None


def _lines(request: IdentifiedRequest, shown: list[Lookup]) -> list[Line]:
    """Return lines with the names of what may be named, and with what has been asked of them."""
    titles = log_reading.titles_of(request.records, request.patient, shown)
    asked = questions.of(request.patient)
    made = []
    for visit in shown:
        question = next((one for one in asked if one.is_about(visit)), None)
        ask = ""
        if question is None and may_be_asked_about(visit.kind, visit.who):
            ask = reverse("why", args=[log_reading.name_of(visit, request.patient)])
        made.append(Line(visit, visit.said(titles), question, ask))
    return made


def _row(line: Line) -> list[str]:
    visit = line.visit
    window = visit.emergency
    in_emergency = f"{window.reason} Ended: {moment(window.ended_at)}" if window else ""
    return [
        *(visit.day.isoformat(), time_of(visit.until), visit.called, visit.role),
        *(line.said, in_emergency, str(line.question or "")),
    ]


def _batches(found: Iterator[Lookup]) -> Iterator[list[Lookup]]:
    while some := list(islice(found, _TITLES_AT_ONCE)):
        yield some

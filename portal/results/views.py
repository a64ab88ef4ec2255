"""A patient's test results: the list, one report, one value and its course over time."""

from datetime import date
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from fhir.store import NotFound, Retraction, Summary
from portal import clock
from portal.identity.middleware import IdentifiedRequest
from portal.record import freshness, pages, seen
from portal.record.dates import DAY_UNKNOWN, as_recorded
from portal.record.diagnosticreport import DiagnosticReport
from portal.record.entry import present
from portal.record.naming import names_of
from portal.record.pages import kept, kept_with_content
from portal.record.ranges import Side
from portal.record.reading import Flag, readings_of, title_of
from portal.results import attachments, listing, updates
from portal.results.comments import comments_on, writers
from portal.results.explainers import explainer_of
from portal.results.kinds import KINDS, NEW, Kind, kind_of
from portal.results.panel import panel
from portal.results.rows import Row, months, retracted_rows, rows_of
from portal.results.spans import SPANS
from portal.results.value import value_page

RESULTS_PARTS = {
    "results": "results/parts/results.html",
    "status": "results/parts/status.html",
}
SIDES = {Side.BELOW: "low", Side.ABOVE: "high"}


@require_safe
@kept
def results(request: IdentifiedRequest) -> HttpResponse:
    kind, before = _asked(request)
    arrived = updates.arrived(request)
    context: dict[str, Any] = {
        "kind": kind,
        "kinds": KINDS,
        "before": before,
        "fresh": freshness.of(request.patient),
        "arrived": arrived,
    }
    if request.GET.get("part") != "status":
        context |= _listed(request, kind, before, arrived)
    return _page(request, "results/list.html", context, RESULTS_PARTS)


@require_POST
def seen_all(request: IdentifiedRequest) -> HttpResponse:
    seen.see_all(request)
    return redirect("home" if request.POST.get("next") == "home" else "results:list")


@require_safe
@kept_with_content
def report(request: IdentifiedRequest, report_id: str) -> HttpResponse:
    try:
        entry = DiagnosticReport(request.records.read("DiagnosticReport", report_id))
    except NotFound:
        return _gone(request, "DiagnosticReport", report_id)
    ids = entry.result_ids()
    taken = f"{entry.taken()} {entry.when_in_full()}"
    if (answered := _unless_gone(request, {report_id, *ids}, taken)) is not None:
        return answered
    values = listing.by_id(request.records, request.patient, ids) if ids else {}
    readings = [reading for name in ids if name in values for reading in readings_of(values[name])]
    _opened(request, "DiagnosticReport", report_id)
    return _page(
        request,
        "results/report.html",
        {
            "report": entry,
            "taken": taken,
            "changed": False,
            "panel": panel(request.records, request.patient, readings, clock.now()),
            "comments": comments_on(request.records, request.patient, report_id),
            "attachments": attachments.attachments_of(entry.resource),
            "retractions": _retracted_of(request, ids),
            "explainer": explainer_of(entry.codes()),
        },
        {"result": "results/parts/report.html"},
    )


@require_safe
def document(request: IdentifiedRequest, report_id: str, number: int) -> HttpResponse:
    """Hand over a document that came with a report, to be saved and not opened in place."""
    try:
        stored = request.records.read("DiagnosticReport", report_id)
        content, kind = attachments.content_of(stored.json, number)
    except (NotFound, LookupError):
        raise Http404 from None
    name = f"report.{attachments.ENDINGS[kind]}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(content, content_type=kind, headers=headers)


@require_safe
@kept_with_content
def value(request: IdentifiedRequest, report_id: str, value_id: str) -> HttpResponse:
    reports = listing.reports_by_id(request.records, request.patient, [report_id])
    if not reports:
        return _gone(request, "DiagnosticReport", report_id)
    if value_id not in listing.member_ids(reports[0]):
        raise Http404
    return _value(request, value_id, reports[0])


@require_safe
@kept_with_content
def alone(request: IdentifiedRequest, value_id: str) -> HttpResponse:
    """Show a value that stands in no report, as a measurement does."""
    return _value(request, value_id, None)


def _value(request: IdentifiedRequest, value_id: str, report: Summary | None) -> HttpResponse:
    found = listing.by_id(request.records, request.patient, [value_id])
    if value_id not in found:
        return _gone(request, "Observation", value_id)
    if request.GET.get("part") == "about":
        return _about(request, found[value_id])
    taken = _taken(found[value_id])
    if (answered := _unless_gone(request, {value_id}, taken)) is not None:
        return answered
    about = report or found[value_id]
    _opened(request, about.resource_type, about.id)
    asked = request.GET.get("range", "")
    made = value_page(request.records, found[value_id], _part(request), asked, clock.now())
    stored = request.records.read("Observation", value_id)
    return _page(
        request,
        "results/value.html",
        {
            "report": report,
            "report_title": title_of(report.facts) if report else "",
            "value": made,
            "entry": present(stored, names_of(request.records, [stored])),
            "taken": taken,
            "changed": False,
            "comments": comments_on(
                request.records, request.patient, about.id, about.resource_type
            ),
            "explainer": explainer_of([(made.reading.system, made.reading.code)]),
            "side": _side(made.reading.flag),
            "spans": SPANS,
        },
        {"result": "results/parts/value.html"},
    )


def _about(request: IdentifiedRequest, value: Summary) -> HttpResponse:
    """Answer with what editors say of the test: it may be published while the page is open."""
    reading = value_page(request.records, value, _part(request), "", clock.now()).reading
    context = {
        "explainer": explainer_of([(reading.system, reading.code)]),
        "side": _side(reading.flag),
    }
    return _page(request, "", context, {"about": "cms/parts/about_test.html"})


def _page(
    request: IdentifiedRequest,
    template: str,
    context: dict[str, Any],
    parts: dict[str, str] | None = None,
) -> HttpResponse:
    return pages.page(request, template, {"section": "record", **context}, parts)


def _asked(request: IdentifiedRequest) -> tuple[Kind, date | None]:
    """Return which kind is asked for, and of days before which.

    :raises Http404: there is no such kind, or that is no day.
    """
    kind = kind_of(request.GET.get("kind", ""))
    try:
        before = date.fromisoformat(text) if (text := request.GET.get("before", "")) else None
    except ValueError:
        raise Http404 from None
    if kind is None:
        raise Http404
    return kind, before


def _listed(
    request: IdentifiedRequest, kind: Kind, before: date | None, arrived: updates.Arrived
) -> dict[str, Any]:
    records, patient = request.records, request.patient
    news = seen.news_of(request)
    if kind is NEW:
        found = listing.chosen(records, patient, news.items)
    else:
        found = listing.found(records, patient, kind, before)
    shown = arrived.without_unseen(found)
    written = writers(records, patient, [one.id for one in shown.reports])
    rows: list[Row] = list(rows_of(shown, news, written))
    if kind.takes_all and kind is not NEW:
        gone = (
            records.retracted(patient, "DiagnosticReport"),
            records.retracted(patient, "Observation"),
        )
        rows += retracted_rows(*gone, low=found.before, high=before)
    return {"months": months(rows), "next": found.before, "news": news}


def _unless_gone(request: IdentifiedRequest, ids: set[str], taken: str) -> HttpResponse | None:
    """Answer for the parts of a page of one result that is still there.

    Nothing is redrawn under a reader, unless it may show what has been taken back.
    """
    match request.GET.get("part"):
        case None:
            return None
        case "status":
            context = {"changed": updates.touched(request, ids), "taken": taken}
            return _page(request, "", context, {"status": "results/parts/one_status.html"})
        case "result":
            return None if updates.withdrawn(request) else HttpResponseNotModified()
        case _:
            raise Http404


def _gone(request: IdentifiedRequest, resource_type: str, logical_id: str) -> HttpResponse:
    """Say what became of a result that this person had been shown.

    :raises Http404: they had not, or it never was.
    """
    found = _retraction(request, resource_type, logical_id)
    if found is None:
        raise Http404
    is_removed = found.kind == "removed"
    status = "no_status" if is_removed else "one_status"
    context = {"gone": found, "title": title_of(found.facts), "changed": False}
    if not is_removed:
        context["taken"] = f"Taken {as_recorded(found.at_text)}"
    return _page(
        request,
        "results/gone.html",
        context,
        {"result": "results/parts/gone.html", "status": f"results/parts/{status}.html"},
    )


def _opened(request: IdentifiedRequest, resource_type: str, logical_id: str) -> None:
    """Remember that it was opened; a page that is drawn again in the background was not."""
    if "part" not in request.GET:
        seen.open_item(request, resource_type, logical_id)


def _retraction(
    request: IdentifiedRequest, resource_type: str, logical_id: str
) -> Retraction | None:
    found = request.records.retracted(request.patient, resource_type)
    return next((one for one in found if one.id == logical_id), None)


def _retracted_of(request: IdentifiedRequest, ids: list[str]) -> list[Retraction]:
    """Return the values of a report that were shown and are not any more."""
    found = request.records.retracted(request.patient, "Observation")
    return [one for one in found if one.id in ids]


def _taken(summary: Summary) -> str:
    own = "Measured at home" if summary.facts.get("own") else "Taken"
    return f"{own} {as_recorded(summary.at_text)}" if summary.at_text else DAY_UNKNOWN


def _side(flag: Flag | None) -> str:
    return SIDES.get(flag.side, "") if flag and flag.side else ""


def _part(request: IdentifiedRequest) -> int | None:
    text = request.GET.get("of", "")
    return int(text) if text.isdecimal() and len(text) <= len("99") else None

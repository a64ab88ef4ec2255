"""One page of the list of results: reports, and values that stand in none, by day.

Pages end with a day, so that a day is never split and an address names nothing but a date. The
number of queries does not depend on how much a record holds.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from fhir.store import Criteria, Repository, Summary
from portal.record.dates import LONDON, local
from portal.results.kinds import Kind, hashes

PAGE = 25
MOST_VALUES = 400  # values looked at for one page
MOST_ON_A_DAY = 500


@dataclass(frozen=True, slots=True)
class Found:
    """What a page shows, newest first; `before` is where the next one begins, if there is more."""

    reports: list[Summary]
    values: dict[str, Summary]
    alone: list[Summary]
    before: date | None


@dataclass(slots=True)
class _Window:
    """The days a page covers: before `high`, and from `low` on, or from the beginning."""

    high: date | None
    low: date | None = None
    reports: list[Summary] = field(default_factory=list)


def found(records: Repository, patient: str, kind: Kind, before: date | None) -> Found:
    """Return a page of results of one kind, of days before `before`."""
    window = _reports(records, patient, kind, before)
    recent = _values(records, patient, kind, window)
    members = _members(window.reports)
    known = {one.id: one for one in recent}
    missing = [name for name in members if name not in known]
    if missing:
        known |= by_id(records, patient, missing)
    alone = [one for one in recent if one.id not in members]
    if alone:
        alone = not_reported(records, patient, alone)
    return Found(
        window.reports, {name: known[name] for name in members if name in known}, alone, window.low
    )


def chosen(records: Repository, patient: str, items: Iterable[str]) -> Found:
    """Return the results named, as "Type/id"."""
    names: dict[str, list[str]] = {"DiagnosticReport": [], "Observation": []}
    for item in items:
        of_type, _, name = item.partition("/")
        names[of_type].append(name)
    ids = names["DiagnosticReport"]
    reports = reports_by_id(records, patient, ids) if ids else []
    wanted_values = [*_members(reports), *names["Observation"]]
    values = by_id(records, patient, wanted_values) if wanted_values else {}
    alone = [values[name] for name in names["Observation"] if name in values]
    return Found(reports, values, alone, None)


def by_id(records: Repository, patient: str, ids: list[str]) -> dict[str, Summary]:
    wanted = Criteria("Observation", [patient], ids=ids, count=len(ids))
    return {one.id: one for one in records.summaries(wanted)[0]}


def reports_by_id(records: Repository, patient: str, ids: list[str]) -> list[Summary]:
    wanted = Criteria("DiagnosticReport", [patient], ids=ids, count=len(ids))
    return records.summaries(wanted)[0]


def member_ids(report: Summary) -> list[str]:
    """Return the ids of a report's values, in its own order."""
    return [name.rpartition("/")[2] for name in report.facts["results"]]


def day_of(summary: Summary) -> date | None:
    return local(summary.at).date() if summary.at else None


def _reports(records: Repository, patient: str, kind: Kind, before: date | None) -> _Window:
    window = _Window(before)
    if not kind.takes_all and not kind.reports:
        return window
    wanted = Criteria(
        "DiagnosticReport",
        [patient],
        tokens=_tokens(kind.reports),
        before=_key(before),
        count=PAGE + 1,
    )
    reports, _ = records.summaries(wanted)
    if len(reports) > PAGE:
        window.low = _after_last_day(reports)
        if window.low is None:
            # More than a page on one day: that day, whole.
            reports, _ = records.summaries(replace(wanted, count=MOST_ON_A_DAY))
            window.low = day_of(reports[0])
    window.reports = [one for one in reports if _in(window, one)]
    return window


def _values(records: Repository, patient: str, kind: Kind, window: _Window) -> list[Summary]:
    """Return the values of the days of the page; too many of them shorten the page."""
    wanted = Criteria(
        "Observation",
        [patient],
        tokens=_tokens(kind.values),
        since=_midnight(window.low) if window.low else None,
        before=_key(window.high),
        count=MOST_VALUES,
    )
    values, more = records.summaries(wanted)
    if more and (shorter := _after_last_day(values)):
        window.low = shorter
        window.reports = [one for one in window.reports if _in(window, one)]
    return [one for one in values if _in(window, one)]


def not_reported(records: Repository, patient: str, values: list[Summary]) -> list[Summary]:
    """Leave out the values of reports that stand on another page, or are not to be seen."""
    named = [f"Observation/{one.id}" for one in values]
    naming = Criteria(
        "DiagnosticReport", [patient], references=[("result", named)], count=len(named)
    )
    members = _members(records.summaries(naming)[0])
    return [one for one in values if one.id not in members]


def _members(reports: Iterable[Summary]) -> dict[str, None]:
    return dict.fromkeys(name for report in reports for name in member_ids(report))


def _tokens(codes: tuple[str, ...]) -> list[tuple[str, list[int]]]:
    return [("category", hashes(codes))] if codes else []


def _after_last_day(summaries: list[Summary]) -> date | None:
    """Return the last day that is whole: the one before the day on which these break off."""
    days = [day_of(one) for one in summaries]
    whole = [day for day in days if day and day != days[-1]]
    return whole[-1] if whole else None


def _in(window: _Window, summary: Summary) -> bool:
    day = day_of(summary)
    return window.low is None or (day is not None and day >= window.low)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=LONDON)


def _key(before: date | None) -> tuple[datetime, int] | None:
    return (_midnight(before), 0) if before else None

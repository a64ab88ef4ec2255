"""Everything in a record, newest first: a page of it, as rows under the months they belong to.

What other types hold is read first, 25 of it; then the values of those days, which stand with
their reports or, measured by themselves, by day. So many queries, however much a record holds.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Final

from fhir.store import Criteria, Repository, Stored, Summary
from portal import clock
from portal.identity.middleware import IdentifiedRequest
from portal.record import moments
from portal.record.arrivals import Arrived
from portal.record.dates import LONDON
from portal.record.entry import present
from portal.record.moments import Moment
from portal.record.naming import names_of
from portal.record.places import Place
from portal.record.sections import SECTIONS, Section, may_hold
from portal.results import listing

PAGE: Final = 25
MOST_VALUES: Final = 400  # values looked at for one page
_REPORT, _VALUE = "DiagnosticReport", "Observation"
_EARLIEST: Final = datetime(1800, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a record is to be shown: one section or all, one year or all, and from where on."""

    section: Section | None = None
    year: int | None = None
    place: Place | None = None

    @property
    def since(self) -> datetime | None:
        return datetime(self.year, 1, 1, tzinfo=LONDON) if self.year else None

    @property
    def before(self) -> tuple[datetime | None, int] | None:
        if self.place is not None:
            return self.place.at, self.place.number
        return (datetime(self.year + 1, 1, 1, tzinfo=LONDON), 0) if self.year else None


@dataclass(frozen=True, slots=True)
class Timeline:
    """A page; `next` is where the one after begins, if there is more."""

    groups: list[tuple[str, list[Moment]]]
    next: Place | None


@dataclass(frozen=True, slots=True)
class _Values:
    """The values of the days of a page: by id, and those that stand in no report."""

    known: dict[str, Summary]
    alone: list[Summary]
    until: datetime | None = None  # where they break off, if there were too many


def timeline(request: IdentifiedRequest, asked: Asked, arrived: Arrived) -> Timeline:
    """Return a page, without what would push in under a reader."""
    records, patient = request.records, request.patient
    sections = [asked.section] if asked.section else list(SECTIONS)
    types = [name for one in sections for name in one.types_for(request.viewer)]
    found, more = records.search_any(
        [
            Criteria(name, [patient], since=asked.since, before=asked.before, count=PAGE)
            for name in types
            if name != _VALUE
        ]
    )
    after = Place.after(found[-1]) if more else None
    values = _Values({}, [])
    if _VALUE in types:
        values = _values(records, patient, asked, found, after)
    if values.until:
        found = [one for one in found if one.key[0] and one.key[0] > values.until]
        after = Place(values.until + timedelta(microseconds=1), 0)
    shown = [one for one in found if arrived.shows(one)]
    alone = [one for one in values.alone if arrived.shows(one)]
    rows = [*_entries(request, shown, values), *moments.measured(request, alone)]
    if asked.place is None and asked.year is None:
        rows += moments.retracted(records.retracted(patient, *types))
    return Timeline(_grouped(rows, clock.now()), after)


def years(request: IdentifiedRequest) -> list[int]:
    """Return the years from now, or the newest, back to the oldest thing with a date."""
    types = [name for one in SECTIONS for name in one.types_for(request.viewer)]
    wanted = [
        Criteria(name, [request.patient], order="date", since=_EARLIEST, count=1) for name in types
    ]
    found, _ = request.records.summaries_any(wanted)
    this = clock.now().astimezone(LONDON).year
    oldest = found[0].at.astimezone(LONDON).year if found and found[0].at else this
    return list(range(max(this, oldest), oldest - 1, -1))


def _values(
    records: Repository, patient: str, asked: Asked, found: Sequence[Stored], after: Place | None
) -> _Values:
    """Return the values of a page that has `found` and goes on after `after`."""
    if asked.place and asked.place.at is None:
        return _members(records, patient, found, [])  # the undated ones have been shown
    wanted = Criteria(
        _VALUE,
        [patient],
        since=(after.at if after else None) or asked.since,
        before=(asked.before[0], 0) if asked.before else None,
        count=MOST_VALUES,
    )
    recent, more = records.summaries(wanted)
    until = recent[-1].at if more else None
    if until and recent[0].at != until:
        recent = [one for one in recent if one.at and one.at > until]
    return replace(_members(records, patient, found, recent), until=until)


def _members(
    records: Repository, patient: str, found: Sequence[Stored], recent: Iterable[Summary]
) -> _Values:
    members = {name for one in found if one.resource_type == _REPORT for name in _results(one)}
    known = {one.id: one for one in recent}
    if missing := [name for name in members if name not in known]:
        known |= listing.by_id(records, patient, missing)
    alone = [one for name, one in known.items() if name not in members]
    if alone and may_hold(records.viewer, _REPORT):
        alone = listing.not_reported(records, patient, alone)
    return _Values(known, alone)


def _results(report: Stored) -> list[str]:
    references = [one.get("reference") for one in report.json.get("result") or ()]
    return [str(name).rpartition("/")[2] for name in references if name]


def _entries(
    request: IdentifiedRequest, found: Sequence[Stored], values: _Values
) -> Iterator[Moment]:
    names = names_of(request.records, found)
    for one in found:
        members = _results(one) if one.resource_type == _REPORT else ()
        yield moments.of_entry(
            request,
            one,
            present(one, names),
            [values.known[name] for name in members if name in values.known],
        )


def _grouped(rows: Iterable[Moment], now: datetime) -> list[tuple[str, list[Moment]]]:
    """Return the rows under their months, the newest first, undated ones last."""
    ordered = sorted(rows, key=lambda row: (row.at is not None, row.at or _EARLIEST), reverse=True)
    return [
        (heading, list(group))
        for heading, group in groupby(ordered, key=lambda row: row.heading(now))
    ]

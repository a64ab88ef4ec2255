"""Reads the log of who looked at a record, as far down as somebody wants to see it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from fhir import audit
from fhir.access import Kind, Viewer
from fhir.audit import Entry, Wanted
from fhir.store import Criteria, Repository
from portal.carers.models import Sharing
from portal.carers.relationships import words_for
from portal.emergency.standing import windows_of
from portal.live import cursors
from portal.record.dates import LONDON
from portal.record.lookups import COPY, VISIT, Lookup, lookups
from portal.record.reading import title_of
from portal.record.words import capital

AT_ONCE = 500
_LINE = "a line of the access log"

# What the log can be narrowed to: what it is called, and the rows that are meant.
LOOKERS: dict[str, tuple[str, Wanted]] = {
    "": ("All but me", Wanted([Kind.STAFF, Kind.SERVICE, Kind.PROXY])),
    "staff": ("Staff", Wanted([Kind.STAFF])),
    "helpers": ("Helpers and links", Wanted([Kind.PROXY])),
    "apps": ("Apps", Wanted([Kind.SERVICE], for_somebody=True)),
    "systems": ("Hospital systems", Wanted([Kind.SERVICE], for_somebody=False)),
    "copies": ("Copies", Wanted(types=[COPY])),
    "me": ("Me", Wanted([Kind.PATIENT])),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """Who, and the first and the last day, both included."""

    who: str = ""
    since: date | None = None
    until: date | None = None

    @property
    def wanted(self) -> Wanted:
        rows = LOOKERS[self.who][1]
        return Wanted(
            rows.kinds,
            since=_beginning(self.since) if self.since else None,
            until=_beginning(self.until + timedelta(days=1)) if self.until else None,
            for_somebody=rows.for_somebody,
            types=rows.types,
        )


def visits(viewer: Viewer, patient: str, asked: Asked) -> Iterator[Lookup]:
    """Give the lines of the log, newest first; what nobody asks for is not read."""
    return _lines(_entries(viewer, patient, asked.wanted), patient)


def name_of(visit: Lookup, patient: str) -> str:
    """Return what an address calls a line: for its patient alone, and telling nothing."""
    return cursors.seal(f"{visit.until.isoformat()} {visit.verb} {visit.who}", patient, _LINE)


def named(viewer: Viewer, patient: str, name: str) -> Lookup | None:
    """Return the line of that name, as far as `viewer` may see it now."""
    opened = cursors.unseal(name, patient, _LINE)
    if opened is None:
        return None
    said_at, _, rest = opened.partition(" ")
    verb, _, who = rest.rpartition(" ")
    at = datetime.fromisoformat(said_at)
    near = Wanted(since=at - 6 * VISIT, until=at + 6 * VISIT, who=who)
    for visit in _lines(_entries(viewer, patient, near), patient):
        if visit.verb == verb and visit.at <= at <= visit.until:
            return visit
    return None


def titles_of(records: Repository, patient: str, shown: Iterable[Lookup]) -> dict[str, str]:
    """Return the names of the reports that were looked at, of those that may be named."""
    ids = sorted({name for visit in shown for name in visit.reports})
    if not ids:
        return {}
    wanted = Criteria("DiagnosticReport", [patient], ids=ids, count=len(ids))
    return {one.id: title_of(one.facts, "") for one in records.summaries(wanted)[0]}


def _lines(entries: Iterable[Entry], patient: str) -> Iterator[Lookup]:
    return lookups(entries, windows_of(patient), _relations_of(patient))


def _entries(viewer: Viewer, patient: str, wanted: Wanted) -> Iterator[Entry]:
    before: int | None = None
    while True:
        found = audit.entries_for(viewer, patient, wanted, before=before, count=AT_ONCE)
        yield from found
        if len(found) < AT_ONCE:
            return
        before = found[-1].row


def _relations_of(patient: str) -> dict[str, str]:
    """Return who helpers are to a patient, by what the audit calls them."""
    rows = Sharing.objects.filter(patient=patient).values_list("related_person", "relationship")
    said = ((name, words_for(code)) for name, code in rows)
    return {
        f"RelatedPerson/{name}": capital(f"your {words.removeprefix('my ')}")
        for name, words in said
        if words.startswith("my ")
    }


def _beginning(day: date) -> datetime:
    return datetime.combine(day, time(), LONDON).astimezone(UTC)

"""Who looked at a record, as a log that its owner can read: by day, calls of one visit as one line.

Each call to the store leaves a row in the audit; a page makes several. What one person did of one
kind within a few minutes is said once.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby

from fhir.access import Interaction, Kind
from fhir.audit import Entry
from portal.emergency.standing import Window
from portal.record.dates import local, weekday
from portal.record.words import listed

VISIT = timedelta(minutes=10)
MOST_NAMED = 3

# What a type of resource is called on the page; what is not here is "your record".
THINGS = {
    "AuditEntry": "this list",
    "Bundle": "a copy of your record",
    "CareTeam": "your care team",
    "Communication": "messages to you",
    "Consent": "who can see your record",
    "DiagnosticReport": "your test results",
    "DocumentReference": "your letters",
    "Observation": "your test results",
    "Patient": "your name and contact details",
    "RelatedPerson": "who can see your record",
}
COPY = "Bundle"
VERBS = {
    Interaction.READ: "Looked at",
    Interaction.SEARCH: "Looked at",
    Interaction.HISTORY: "Looked at",
    Interaction.CREATE: "Added to",
    Interaction.UPDATE: "Changed",
    Interaction.LABEL: "Decided who can see",
}
ROLES = {Kind.SERVICE: "Hospital system", Kind.PATIENT: "You", Kind.PROXY: "Helping you"}


@dataclass(slots=True)
class Lookup:
    """One line: what somebody did in one visit; `at` is when it began."""

    who: str
    name: str
    role: str
    kind: Kind
    verb: str
    at: datetime
    until: datetime
    # When the record was open to them in an emergency alone, and why.
    emergency: Window | None = None
    types: dict[str, None] = field(default_factory=dict)
    reports: dict[str, None] = field(default_factory=dict)

    def said(self, titles: Mapping[str, str]) -> str:
        """Return what was done; `titles` are the names of reports that may be named."""
        named = dict.fromkeys(titles[one] for one in self.reports if one in titles)
        if 0 < len(named) <= MOST_NAMED:
            return f"{self.verb} {listed(f'your {_lower(name)}' for name in named)}"
        things = dict.fromkeys(THINGS.get(name, "your record") for name in self.types)
        return f"{self.verb} {listed(things)}"


def lookups(entries: Iterable[Entry], emergencies: Iterable[Window] = ()) -> list[Lookup]:
    """Return the lines of entries that come newest first; emergency access is marked."""
    found: list[Lookup] = []
    open_visits: dict[tuple[str, str], Lookup] = {}
    for entry in entries:
        verb = _verb(entry)
        visit = open_visits.get((entry.who, verb))
        if visit is None or visit.at - entry.at > VISIT:
            visit = Lookup(
                entry.who, entry.name, _role(entry), entry.kind, verb, entry.at, entry.at
            )
            open_visits[entry.who, verb] = visit
            found.append(visit)
        visit.at = entry.at
        visit.types[entry.resource_type] = None
        if entry.resource_type == "DiagnosticReport":
            visit.reports |= dict.fromkeys(entry.ids)
    windows = list(emergencies)
    for visit in found:
        visit.emergency = next((one for one in windows if one.holds(visit.who, visit.until)), None)
    return sorted(found, key=lambda visit: visit.until, reverse=True)


def by_day(found: Iterable[Lookup]) -> Iterator[tuple[str, list[Lookup]]]:
    for day, visits in groupby(found, key=lambda visit: local(visit.until).date()):
        yield weekday(day), list(visits)


def _verb(entry: Entry) -> str:
    if entry.resource_type == COPY and entry.interaction is Interaction.READ:
        return "Downloaded"
    return VERBS.get(entry.interaction, "Looked at")


def _role(entry: Entry) -> str:
    said = ", ".join(part for part in (entry.role, entry.organisation) if part)
    # Who has come through a link says so; who helps has no other role.
    is_link = entry.kind is Kind.PROXY and bool(entry.role)
    return said if is_link else ROLES.get(entry.kind) or said


def _lower(title: str) -> str:
    """Return a title as it stands in a sentence: capitals that are not only its first stay.

    >>> _lower("Full blood count"), _lower("CT chest")
    ('full blood count', 'CT chest')
    """
    first, _, rest = title.partition(" ")
    return title if first.upper() == first else f"{first.lower()} {rest}".strip()

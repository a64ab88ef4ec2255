"""Who looked at a record, as a log that its owner can read: calls of one visit as one line.

Each call to the store leaves a row in the audit; a page makes several. What one person did of one
kind within a few minutes is said once.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from fhir.access import Interaction, Kind
from fhir.audit import Entry
from portal.emergency.standing import Window
from portal.record.dates import local
from portal.record.sections import SECTIONS
from portal.record.words import capital, listed, small

VISIT = timedelta(minutes=10)
MOST_NAMED = 3
MOST_THINGS = 5

COPY = "Bundle"
# What a type of resource is called here; what is not here is "other parts of your record".
_IN_SECTIONS = {
    name: f"your {small(one.title)}" for one in SECTIONS if not one.is_mixed for name in one.types
}
THINGS = _IN_SECTIONS | {
    "AuditEvent": "this list",
    COPY: "a copy of your record",
    "CareTeam": "your care team",
    "Communication": "your messages",
    "Flag": "what you need from us",
    "Consent": "who can see your record",
    "Patient": "your name and contact details",
    "QuestionnaireResponse": "questions that you answered",
    "RelatedPerson": "who can see your record",
}
# What a helper changes by saying yes, or by stopping.
_SHARING = frozenset({"Consent", "RelatedPerson"})
_OTHERS = "other parts of your record"
_LOOKED = "Looked at"
VERBS = {
    Interaction.CREATE: "Added to",
    Interaction.UPDATE: "Changed",
    Interaction.LABEL: "Decided who can see",
}
_READ, _DOWNLOADED = "Read", "Downloaded"
_HELPING = "Helping you"
_APP, _SYSTEM = "App you allowed", "Hospital system"
_ROLES = {Kind.PATIENT: "You", Kind.PROXY: _HELPING}


@dataclass(slots=True)
class Lookup:
    """One line: what somebody did in one visit, from `at` until `until`."""

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
    things: set[tuple[str, str]] = field(default_factory=set)

    @property
    def day(self) -> date:
        return local(self.until).date()

    @property
    def called(self) -> str:
        """Their name; a system's is what the hospital calls it among its own."""
        is_system = self.kind is Kind.SERVICE and self.role == _SYSTEM
        name = capital(self.name.replace("-", " ")) if is_system else self.name
        return name or "A hospital system"

    def said(self, titles: Mapping[str, str]) -> str:
        """Return what was done; `titles` are the names of reports that may be named."""
        if self.kind is Kind.PROXY and _SHARING.issuperset(self.types):
            return "Changed how they help you"
        if self._is_bulk:
            return f"{self.verb} {_things(self.types)}, {len(self.things):,} items at once"
        named = dict.fromkeys(titles[one] for one in self.reports if one in titles)
        if 0 < len(named) <= MOST_NAMED:
            return f"{self.verb} {listed(f'your {_lower(name)}' for name in named)}"
        return f"{self.verb} {_things(self.types)}"

    @property
    def _is_bulk(self) -> bool:
        """Whether a system took many things; a person reads what a page shows them."""
        return self.verb == _READ and len(self.things) > 1

    def takes(self, entry: Entry) -> None:
        self.at = min(self.at, entry.at)
        self.types[entry.resource_type] = None
        self.things |= {(entry.resource_type, one) for one in entry.ids}
        if entry.resource_type == "DiagnosticReport":
            self.reports |= dict.fromkeys(entry.ids)

    def is_over(self, entry: Entry) -> bool:
        """Whether an entry, which is older, is of an earlier visit; midnight ends each."""
        return self.at - entry.at > VISIT or local(entry.at).date() != self.day


def lookups(
    entries: Iterable[Entry],
    emergencies: Iterable[Window] = (),
    relations: Mapping[str, str] | None = None,
) -> Iterator[Lookup]:
    """Give the lines of entries that come newest first, each as soon as it is whole.

    Emergency access is marked; `relations` says of helpers who they are to the patient.
    """
    windows = list(emergencies)
    going_on: dict[tuple[str, str], Lookup] = {}
    in_order: deque[Lookup] = deque()
    for entry in entries:
        while in_order and in_order[0].is_over(entry):
            yield in_order.popleft()
        verb = _verb(entry)
        visit = going_on.get((entry.who, verb))
        if visit is None or visit.is_over(entry):
            role = _role(entry, relations or {})
            visit = Lookup(entry.who, entry.name, role, entry.kind, verb, entry.at, entry.at)
            going_on[entry.who, verb] = visit
            in_order.append(visit)
        visit.takes(entry)
        visit.emergency = visit.emergency or _emergency(entry, windows)
    yield from in_order


def _emergency(entry: Entry, windows: Iterable[Window]) -> Window | None:
    return next((one for one in windows if one.holds(entry.who, entry.at)), None)


def _verb(entry: Entry) -> str:
    if entry.resource_type == COPY and entry.interaction is Interaction.READ:
        return _DOWNLOADED
    reads = _READ if entry.kind is Kind.SERVICE else _LOOKED
    return VERBS.get(entry.interaction, reads)


def _role(entry: Entry, relations: Mapping[str, str]) -> str:
    said = ", ".join(part for part in (entry.role, entry.organisation) if part)
    if entry.kind is Kind.SERVICE:
        return _APP if entry.on_behalf_of else _SYSTEM
    if entry.kind is Kind.PROXY and entry.who in relations:
        return f"{relations[entry.who]}, helping you"
    # Who has come through a link says so; who helps has no other role.
    is_link = entry.kind is Kind.PROXY and bool(entry.role)
    return said if is_link else _ROLES.get(entry.kind) or said


def _things(types: Iterable[str]) -> str:
    """Say what parts of a record there were.

    >>> _things(["AllergyIntolerance", "MedicationRequest", "MedicationStatement"])
    'your allergies and medicines'
    """
    found = list(dict.fromkeys(THINGS.get(name, _OTHERS) for name in types))
    if _OTHERS in found or len(found) > MOST_THINGS:
        named = [one for one in found if one != _OTHERS][: MOST_THINGS - 1]
        found = [*named, _OTHERS] if named else ["your record"]
    yours = [one for one in found if one.startswith("your ")]
    first = yours[:1] + [one.removeprefix("your ") for one in yours[1:]]
    return listed(first + [one for one in found if one not in yours])


def _lower(title: str) -> str:
    """Return a title as it stands in a sentence: capitals that are not only its first stay.

    >>> _lower("Full blood count"), _lower("CT chest")
    ('full blood count', 'CT chest')
    """
    first, _, rest = title.partition(" ")
    return title if first.upper() == first else f"{first.lower()} {rest}".strip()

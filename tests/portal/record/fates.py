"""What became of published resources: shown, said by name, or not shown and by which rule."""

from collections import Counter, defaultdict
from collections.abc import Container, Iterator, Sequence
from functools import cached_property

from fhir.paths import Json
from fhir.store import Stored
from portal.record.entry import present
from portal.record.naming import name_of
from portal.record.patient import Patient
from tests.portal.record.published import Thing, standing
from tests.portal.record.reading_all import Read, thing_at
from tests.portal.record.unshown import BY_NAME, UNNAMED, why_refused, why_unshown

SHOWN, UNEXPLAINED = "shown", "no rule says why"
WITHIN = "stands in words on its report's page: shown"
NO_LOGIN = "its person has no date of birth: no login"
UNREAD = "is a person with nothing else to read"


class Fates:
    """Follows published resources from the door to the pages."""

    def __init__(self, things: Sequence[Thing] = ()) -> None:
        self.things = things
        self.sources = {one.name.lower(): one.source for one in things if one.name}
        self._shared: list[Stored] = []
        self.seen: set[str] = set()
        self.said: list[str] = []
        self.faults: list[tuple[str, str, str]] = []
        self.read: set[str] = set()
        self.without_login: set[str] = set()
        self.figures: Counter[str] = Counter()
        self.rows: Counter[tuple[str, str]] = Counter()

    def owned(self) -> dict[str, list[Stored]]:
        """Return the resources of each record, by its patient."""
        found: dict[str, list[Stored]] = defaultdict(list)
        for one in self._standing():
            found[one.patient].append(one)
        self._shared = found.pop("", [])
        return found

    def record_of(self, mine: Sequence[Stored]) -> dict[str, Json]:
        return {named(one): one.json for one in (*mine, *self._shared)}

    def take(self, patient: str, read: Read) -> None:
        self.read.add(patient)
        self.seen |= read.things
        self.said.append("\n".join(read.said))
        self.faults += read.faults
        self.figures.update(pages=len(read.pages), **Counter(kind for _, kind, _ in read.faults))

    def settle(self) -> None:
        """Say of each thing what became of it."""
        stored = {named(one): one for one in self._standing()}
        for one in self.things:
            self.rows[one.resource_type, self._fate(one, stored.get(one.name.lower()))] += 1

    def of_sender(self, fault: tuple[str, str, str], sent: Container[tuple[str, ...]]) -> bool:
        """Whether what was found is as its sender wrote it: so everywhere, or in one file."""
        address, *what = fault
        source = self.sources.get(thing_at(address), "").split(".")[:2]
        return tuple(what) in sent or (*what, ".".join(source)) in sent

    def table(self) -> Iterator[str]:
        types: dict[str, Counter[str]] = defaultdict(Counter)
        for (kind, fate), number in self.rows.items():
            types[kind][fate] += number
        yield f"{'type':34}{'found':>7}{'shown':>7}{'not':>7}  the rule"
        for kind, fates in sorted(types.items()):
            found, shown = fates.total(), fates.pop(SHOWN, 0) + fates[WITHIN]
            why = "; ".join(f"{fate} ({number})" for fate, number in sorted(fates.items()))
            yield f"{kind:34}{found:7}{shown:7}{found - shown:7}  {why}"
        yield f"{'all':34}{self.rows.total():7}"
        yield str(dict(self.figures))

    def _standing(self) -> list[Stored]:
        return standing(one.name for one in self.things if one.name)

    def _fate(self, thing: Thing, stored: Stored | None) -> str:
        if stored is None:
            return why_refused(thing.refused)
        if named(stored) in self.seen:
            return SHOWN
        why = why_unshown(stored)
        if why == BY_NAME:
            return why if name_of(stored.json) in self._text else UNNAMED
        if stored.patient in self.without_login:
            return NO_LOGIN
        if stored.resource_type == "Patient":
            return self._fate_of_person(stored, why)
        return why or (WITHIN if self._is_prose(stored) else UNEXPLAINED)

    def _fate_of_person(self, person: Stored, why: str) -> str:
        if person.id not in self.read:
            return UNREAD
        name = Patient(person).heading()
        return why if name == Patient.untitled or name in self._text else UNEXPLAINED

    def _is_prose(self, stored: Stored) -> bool:
        """Whether it is a result of many words, which its report says in full."""
        said = present(stored).say("valueString", "valueCodeableConcept")
        return stored.resource_type == "Observation" and bool(said) and said in self._text

    @cached_property
    def _text(self) -> str:
        return "\n".join(self.said)


def named(stored: Stored) -> str:
    """Return "type/id" as pages' addresses have it."""
    return f"{stored.resource_type}/{stored.id}".lower()

"""The record as running a clinic needs it: its patients' bookings, who they are, what they need.

Running a clinic is no right to records: nothing else of theirs is lent. Who is closed to whoever
asks, as a relation is, is not named.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Final

from fhir.access import READING, Grant, Viewer
from fhir.labels import HIDING, Label
from fhir.paths import Json, find
from fhir.store import Criteria, Repository
from portal.appointments import person, resources, said
from portal.identity import sessions
from portal.identity.people import Person, person_of
from portal.record import words
from portal.record.entry import present

_EMAIL: Final = "email"
_MOST_NEEDS: Final = 10


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody who is booked, as staff must know them."""

    person: Person
    needs: tuple[str, ...]
    has_login: bool
    phone: str
    email: str
    address: str

    @property
    def tell_by(self) -> str:
        """Return how they hear of a change, or nothing where there is no way but a letter."""
        if self.has_login:
            return "Told at once"
        return f"Ring {self.phone}" if self.phone else f"Email {self.email}" if self.email else ""


@dataclass(frozen=True, slots=True)
class Facts:
    """People by their keys, and Appointments by theirs."""

    people: dict[str, Known]
    appointments: dict[str, Json]


def facts_of(by: Viewer, patients: Collection[str], bookings: Collection[str]) -> Facts:
    """Return what the record says of those who are booked: four queries, however many."""
    whose = frozenset(patients) - by.barred
    if not whose:
        return Facts({}, {})
    records = Repository(_lent(by, whose))
    keys = sorted(whose)
    wanted = Criteria("Appointment", patients=keys, ids=sorted(bookings), count=len(bookings) or 1)
    active = Criteria("Flag", keys, statuses=["active"], count=_MOST_NEEDS * len(keys))
    with records.transaction():
        found, _ = records.search(Criteria("Patient", ids=keys, count=len(keys)))
        booked, _ = records.search(wanted)
        flags, _ = records.search(active)
    with_login = sessions.with_login(whose)
    needs: dict[str, list[str]] = {}
    for one in flags:
        needs.setdefault(one.patient, []).append(present(one).heading())
    return Facts(
        {
            one.id: _known(one.json, needs.get(one.id, []), has_login=one.id in with_login)
            for one in found
        },
        {one.id: one.json for one in booked},
    )


def _lent(by: Viewer, whose: frozenset[str]) -> Viewer:
    lent = (
        Grant(whose, frozenset({"Appointment"}), READING, int(HIDING)),
        Grant(whose, frozenset({"Patient"}), READING),
        Grant(whose, frozenset({"Flag"}), READING, int(Label.SENSITIVE)),
    )
    return replace(by, grants=(*by.grants, *lent))


def _known(patient: Json, flags: list[str], *, has_login: bool) -> Known:
    language = person.language_needed(patient)
    interpreter = [f"{said.language(language)} interpreter"] if language else []
    return Known(
        person_of(patient),
        tuple(dict.fromkeys([*interpreter, *flags])),
        has_login,
        person.phone(patient),
        _email(patient),
        _address(patient),
    )


def _email(patient: Json) -> str:
    points = [one for one in find(patient, "telecom") if isinstance(one, dict)]
    emails = (one for one in points if one.get("system") == _EMAIL and one.get("use") != "old")
    return next((words.plain(one.get("value") or "") for one in emails), "")


def _address(patient: Json) -> str:
    """Return where to write to: the first address that is not an old one."""
    for one in patient.get("address", ()):
        if one.get("use") != "old":
            lines = [*one.get("line", ()), one.get("city"), one.get("postalCode")]
            return ", ".join(str(line) for line in lines if line) or str(one.get("text") or "")
    return ""


def was_moved(appointment: Json) -> bool:
    return any(one.get("url") == resources.PREVIOUS for one in appointment.get("extension", ()))

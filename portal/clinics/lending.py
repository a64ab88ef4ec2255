"""The record as running a clinic needs it: its patients' bookings, who they are, what they need.

Running a clinic is no right to records: nothing else of theirs is lent. Who is closed to whoever
asks, as a relation is, is not named.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Final

from fhir.access import READING, Grant, Viewer
from fhir.labels import HIDING, Label
from fhir.paths import Json, find
from fhir.store import Criteria, Repository
from portal.appointments import person, resources
from portal.beforehand.answers import Told, told_of
from portal.identity import sessions
from portal.identity.people import Person, person_of
from portal.needs.flags import Need
from portal.record import words

_EMAIL: Final = "email"


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
    """People by their keys, Appointments by theirs, and by their series what was said of them."""

    people: dict[str, Known]
    appointments: dict[str, Json]
    told: dict[uuid.UUID, Told] = field(default_factory=dict)


def facts_of(
    by: Viewer,
    patients: Collection[str],
    bookings: Collection[str],
    series: Collection[uuid.UUID] = (),
) -> Facts:
    """Return what the record says of those who are booked: as many queries, however many."""
    whose = frozenset(patients) - by.barred
    if not whose:
        return Facts({}, {})
    records = Repository(_lent(by, whose))
    keys = sorted(whose)
    wanted = Criteria("Appointment", patients=keys, ids=sorted(bookings), count=len(bookings) or 1)
    with records.transaction():
        found, _ = records.search(Criteria("Patient", ids=keys, count=len(keys)))
        booked, _ = records.search(wanted)
        flags = person.flags(records, keys)
        told = told_of(records, series)
    with_login = sessions.with_login(whose)
    return Facts(
        {
            one.id: _known(one.json, flags.get(one.id, []), has_login=one.id in with_login)
            for one in found
        },
        {one.id: one.json for one in booked},
        told,
    )


def _lent(by: Viewer, whose: frozenset[str]) -> Viewer:
    lent = (
        Grant(whose, frozenset({"Appointment", "QuestionnaireResponse"}), READING, int(HIDING)),
        Grant(whose, frozenset({"Patient"}), READING),
        Grant(whose, frozenset({"Flag"}), READING, int(Label.SENSITIVE)),
    )
    return replace(by, grants=(*by.grants, *lent))


def _known(patient: Json, flags: list[Need], *, has_login: bool) -> Known:
    return Known(
        person_of(patient),
        person.needs_among(patient, flags),
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

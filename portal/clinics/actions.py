"""What booking staff do with one booking: cancel it, and say by whose wish."""

import enum
import uuid
from dataclasses import replace

from fhir.access import READING, WRITING, Grant, Viewer
from fhir.labels import HIDING
from fhir.store import Conflict, NotFound, Repository
from portal.appointments import actions, claims, resources
from portal.appointments.claims import Locked, Taken
from portal.appointments.models import Claim, ClinicSlot
from portal.appointments.rules import STANDING, State
from portal.appointments.seats import adopt


class Why(enum.Enum):
    """By whose wish a booking ends: as staff choose it, its code, and what the patient reads."""

    CLINIC = (
        "The clinic cannot be held then",
        resources.BY_CLINIC,
        "The clinic has had to cancel this appointment",
    )
    SERVICE = (
        "The service cannot see this patient then",
        resources.BY_SERVICE,
        "The hospital has had to cancel this appointment",
    )
    PATIENT = ("The patient asked us to", actions.Why.OTHER.code, "You asked us to cancel")

    def __init__(self, label: str, code: str, words: str) -> None:
        self.label, self.code, self.words = label, code, words


class CannotCancel(Exception):
    """It is no booking any more, or somebody is changing it at this moment."""


def cancel(by: Viewer, booking: Claim, why: Why, words: str = "") -> None:
    """Cancel a booking whenever it is; its time is free again, and its ticket open.

    :raises CannotCancel: nothing has changed.
    """
    records = Repository(_lent(by, booking.patient))
    try:
        with records.transaction():
            said = records.read("Appointment", str(booking.key))
            with claims.opened():
                slots = _freed(booking.key)
            if said.json.get("status") not in STANDING:
                raise CannotCancel
            ended = resources.cancelled(said.json, why.code, words or why.words)
            of_slots = [resources.slot(slot, slot.clinic) for slot in slots]
            draft = resources.draft(ended, booking.patient, said.version)
            records.write([draft, *map(resources.draft, of_slots)])
    except (Conflict, NotFound, Taken):
        raise CannotCancel from None


def _freed(key: uuid.UUID) -> list[ClinicSlot]:
    locked = Locked.of(key)
    found = locked.claims.get(key)
    if found is None or found.state != State.BOOKED:
        raise CannotCancel
    claims.end([key], State.CANCELLED)
    slots = list(adopt(locked.slots).values())
    claims.mark_full(slots)
    return slots


def _lent(by: Viewer, patient: str) -> Viewer:
    whose = frozenset({patient})
    booking = Grant(whose, frozenset({"Appointment"}), READING | WRITING, int(HIDING))
    shared = Grant(frozenset({""}), frozenset({"Slot"}), READING | WRITING)
    return replace(by, grants=(booking, shared), barred=by.barred - whose)

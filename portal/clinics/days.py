"""One day of the clinics that somebody runs: who comes when, what they need, and what is free."""

import hashlib
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from typing import Final

from django.db.models import QuerySet

from fhir import changes
from fhir.access import Viewer
from portal.appointments import arriving, claims, resources, said
from portal.appointments.longer import is_longer
from portal.appointments.models import Claim, Clinic, ClinicSlot
from portal.appointments.rules import ARRIVED, LIVE, Mode, State
from portal.beforehand.answers import Answers
from portal.clinics.lending import Facts, Known, facts_of
from portal.record.dates import clock as time_of

_STATES: Final = {
    "arrived": "Arrived",
    "checked-in": "Arrived",
    "fulfilled": "Seen",
    "noshow": "Did not attend",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One place of one time: booked, being chosen, or free so many times."""

    starts_at: datetime
    ends_at: datetime
    claim: Claim | None = None
    known: Known | None = None
    state: str = ""
    phone: str = ""
    asks: str = ""  # what their patient would have us have ready
    free: int = 0
    is_longer: bool = False  # it goes on beyond its time

    @property
    def is_booked(self) -> bool:
        return self.claim is not None and self.claim.state == State.BOOKED

    @property
    def is_outside(self) -> bool:
        return self.claim is not None and self.claim.orphaned_at is not None

    @property
    def is_unguarded(self) -> bool:
        """Whether a hospital system has it last into a time that another visit has."""
        return self.is_outside and self.claim is not None and self.ends_at > self.claim.ends_at

    @property
    def way(self) -> str:
        return said.WAYS[Mode(self.claim.mode)] if self.claim else ""


@dataclass(frozen=True, slots=True)
class Sitting:
    """A clinic on that day."""

    clinic: Clinic
    lines: Sequence[Line]

    @property
    def booked(self) -> int:
        return sum(line.is_booked for line in self.lines)

    @property
    def free(self) -> int:
        return sum(line.free for line in self.lines)

    @property
    def outside(self) -> int:
        return sum(line.is_outside for line in self.lines)


@dataclass(frozen=True, slots=True)
class Day:
    """What is known without a look into the record; `stamp` stands for it."""

    slots: Sequence[ClinicSlot]
    claims: Mapping[str, Sequence[Claim]]
    stamp: str
    # When which clinics have somebody whose longer visit began in the slot before.
    spanned: Collection[tuple[uuid.UUID, datetime]]

    def sittings(self, by: Viewer, now: datetime) -> list[Sitting]:
        """Return the clinics in order, with who is booked as the record has them."""
        booked = [one for of_slot in self.claims.values() for one in of_slot]
        people = {one.patient for one in booked}
        series = {one.series for one in booked if one.patient not in by.barred}
        facts = facts_of(by, people, {str(one.key) for one in booked}, series)
        return [
            Sitting(clinic, [line for slot in slots for line in self._lines(slot, facts, now)])
            for clinic, slots in groupby(self.slots, lambda slot: slot.clinic)
        ]

    def _lines(self, slot: ClinicSlot, facts: Facts, now: datetime) -> Iterator[Line]:
        taken = self.claims.get(slot.slot, ())
        for one in taken:
            line = _line(one, facts)
            yield replace(line, is_longer=line.ends_at > slot.ends_at)
        inside = sum(one.unit < slot.capacity for one in taken)
        is_spanned = (slot.clinic_id, slot.starts_at) in self.spanned
        if slot.is_open and slot.starts_at > now and slot.capacity > inside and not is_spanned:
            yield Line(slot.starts_at, slot.ends_at, free=slot.capacity - inside)


def day_of(clinics: QuerySet[Clinic], day: date, now: datetime) -> Day:
    """Return the slots of a day and the live claims in them: three queries, however many."""
    rows = ClinicSlot.objects.filter(clinic__in=clinics, local_date=day).select_related("clinic")
    slots = list(rows.order_by("clinic__name", "clinic", "starts_at", "slot"))
    with claims.opened():
        live = Claim.objects.filter(slot__in=[one.slot for one in slots], state__in=LIVE)
        standing = [one for one in live.order_by("unit") if _stands(one, now)]
    by_slot: dict[str, list[Claim]] = {}
    for one in standing:
        by_slot.setdefault(one.slot, []).append(one)
    shown = [slot for slot in slots if slot.is_open or slot.slot in by_slot]
    spanned = {
        (slot.clinic_id, slot.ends_at)
        for slot in shown
        if any(is_longer(one, slot) for one in by_slot.get(slot.slot, ()))
    }
    return Day(shown, by_slot, _stamp(shown, standing, now), spanned)


def _stands(claim: Claim, now: datetime) -> bool:
    return claim.hold_until is None or claim.hold_until > now


def _stamp(slots: Sequence[ClinicSlot], standing: Sequence[Claim], now: datetime) -> str:
    """Return what is the same as long as the day is, and the records of those who come."""
    heads = changes.numbers({one.patient for one in standing})
    parts = [
        [(one.slot, one.is_open, one.capacity, one.starts_at > now) for one in slots],
        [(one.key, one.state, one.unit, one.orphaned_at, one.mode) for one in standing],
        sorted((patient, head.epoch, head.seq) for patient, head in heads.items()),
    ]
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


def _line(claim: Claim, facts: Facts) -> Line:
    known = facts.people.get(claim.patient)
    told = facts.told.get(claim.series)
    answers = told.answers if told else Answers()
    resource = facts.appointments.get(str(claim.key), {})
    phone = ""
    if claim.mode == Mode.PHONE:
        phone = answers.phone or resources.contact_of(resource) or (known.phone if known else "")
    state, since = _STATES.get(str(resource.get("status")), ""), arriving.arrived_at(resource)
    if since and resource.get("status") in ARRIVED:
        state = f"{state} {time_of(since)}"
    asks = answers.needs if known else ""
    ends_at = resources.until(resource, claim.ends_at)
    return Line(claim.starts_at, ends_at, claim, known, state, phone, asks)

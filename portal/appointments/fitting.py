"""What becomes of a clinic's slots and bookings when its template is read anew; nothing is done.

A slot's id is a hash of its clinic, its date and its place on the local clock, so that a clinic
that begins earlier, or comes back as it was, has the same slots again. Bookings that no longer fit
are kept as orphans, in the place that they have.
"""

import hashlib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from portal.appointments import rules
from portal.appointments.longer import slots_of
from portal.appointments.models import Claim, Clinic, ClinicSlot
from portal.appointments.rules import State
from portal.appointments.times import Time, days_between, times

AHEAD: Final = timedelta(weeks=12)
# What a slot takes of its clinic.
TAKEN_OVER: Final = ("service", "location", "clinician", "modes", "languages", "capacity")
_SHOWN: Final = (*TAKEN_OVER, "is_open")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a booking is after a change: its slots, its unit, and whether it still fits."""

    claim: Claim
    slots: Sequence[ClinicSlot]
    unit: int
    fits: bool

    @property
    def is_changed(self) -> bool:
        return self.unit != self.claim.unit or self.fits == bool(self.claim.orphaned_at)


@dataclass(frozen=True, slots=True)
class Fitting:
    """A clinic's slots to come and the bookings in them, as they would be."""

    made: list[ClinicSlot]
    altered: list[ClinicSlot]
    withdrawn: list[ClinicSlot]
    places: list[Place]
    # Holds whose unit a booking needs.
    given_up: list[Claim]

    @property
    def changed(self) -> list[Place]:
        return [place for place in self.places if place.is_changed]

    @property
    def orphaned(self) -> list[Place]:
        """The bookings that fitted before and do not any more."""
        return [one for one in self.places if not one.fits and one.claim.orphaned_at is None]

    @property
    def adopted(self) -> list[Place]:
        """The orphans that fit again."""
        return [one for one in self.places if one.fits and one.claim.orphaned_at]

    @property
    def sessions(self) -> set[date]:
        """The days on which a time goes, comes or changes."""
        rows = (*self.made, *self.altered, *self.withdrawn)
        return {row.local_date for row in rows}


def slot_id(clinic: uuid.UUID, zone: str, minutes: int, one: Time) -> str:
    """Return the id of a slot; it does not hang on where the day's first slot is."""
    wall = one.start.astimezone(ZoneInfo(zone)).time()
    said = f"{clinic}|{one.local_date}|{wall:%H:%M:%S}|{minutes}"
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def fit(
    clinic: Clinic,
    existing: Sequence[ClinicSlot],
    claims: Sequence[Claim],
    until: Mapping[uuid.UUID, datetime],
    now: datetime,
) -> Fitting:
    """Return what the template says for the time to come, beside the slots and claims there are.

    `existing` are the clinic's slots that have not begun, `claims` the live ones in them, and
    `until` says of orphans among these how long they last by the record.
    """
    wanted = {row.slot: row for row in _wanted(clinic, now)}
    known = {row.slot: row for row in existing}
    after = {name: _as(known[name], wanted.get(name)) for name in known}
    altered = [row for name, row in after.items() if row.is_open and _differs(row, known[name])]
    withdrawn = [row for name, row in after.items() if not row.is_open and known[name].is_open]
    made = [row for name, row in wanted.items() if name not in known]
    rooms = after | {row.slot: row for row in made}
    places = [one for of_slot in _by_slot(claims) for one in _placed(of_slot, rooms, until)]
    return Fitting(made, altered, withdrawn, places, _given_up(claims, places))


def _wanted(clinic: Clinic, now: datetime) -> Iterable[ClinicSlot]:
    if clinic.stage != Clinic.Stage.PUBLISHED:
        return
    today = now.astimezone(ZoneInfo(clinic.zone)).date()
    for one in times(clinic, days_between(today, today + AHEAD)):
        if one.start > now:
            yield ClinicSlot(
                slot=slot_id(clinic.key, clinic.zone, clinic.minutes, one),
                clinic=clinic,
                local_date=one.local_date,
                idx=one.idx,
                starts_at=one.start,
                ends_at=one.end,
                **{name: getattr(clinic, name) for name in TAKEN_OVER},
            )


def _as(known: ClinicSlot, wanted: ClinicSlot | None) -> ClinicSlot:
    """Return a slot as it is to be: what is no longer wanted only closes, and says what it was."""
    source = wanted or known
    values = {name: getattr(source, name) for name in TAKEN_OVER}
    return ClinicSlot(
        slot=known.slot,
        clinic_id=known.clinic_id,
        idx=known.idx,
        local_date=known.local_date,
        starts_at=known.starts_at,
        ends_at=known.ends_at,
        is_open=wanted is not None,
        is_full=known.is_full,
        **values,
    )


def _differs(row: ClinicSlot, known: ClinicSlot) -> bool:
    return any(getattr(row, name) != getattr(known, name) for name in _SHOWN)


def _by_slot(claims: Iterable[Claim]) -> Iterable[list[Claim]]:
    found: dict[str, list[Claim]] = {}
    for claim in sorted(claims, key=lambda one: (one.booked_at or one.made_at, one.key)):
        found.setdefault(claim.slot, []).append(claim)
    return found.values()


def _placed(
    claims: Sequence[Claim], rooms: Mapping[str, ClinicSlot], until: Mapping[uuid.UUID, datetime]
) -> Iterable[Place]:
    """Seat a slot's bookings, the earliest first, each where it was if it can be.

    Whoever finds no room has a unit beyond it. What is only held gives way to what is booked.
    """
    room = rooms[claims[0].slot]
    booked = [one for one in claims if one.state == State.BOOKED]
    held = {one.unit for one in claims if one.state == State.HELD}
    seated, beyond = booked[: room.capacity], booked[room.capacity :]
    units = {one.key: one.unit for one in seated if one.unit < room.capacity}
    free = sorted(set(range(room.capacity)) - set(units.values()), key=lambda unit: unit in held)
    left = [one for one in seated if one.key not in units]
    units |= {one.key: unit for one, unit in zip(left, free, strict=False)}
    highest = max([room.capacity, *(unit + 1 for unit in held)])
    units |= {one.key: highest + n for n, one in enumerate(beyond)}
    for claim in booked:
        seat = _Seat(units[claim.key], claim.mode, claim.clinician, claim.location, claim.ends_at)
        slots = slots_of(claim, rooms)
        fits = rules.fits(seat, *slots, until=until.get(claim.key))
        yield Place(claim, slots, seat.unit, fits)


def _given_up(claims: Iterable[Claim], places: Iterable[Place]) -> list[Claim]:
    taken = {(one.claim.slot, one.unit) for one in places}
    held = (one for one in claims if one.state == State.HELD)
    return [one for one in held if (one.slot, one.unit) in taken]


@dataclass(frozen=True, slots=True)
class _Seat:
    unit: int
    mode: str
    clinician: str
    location: str
    ends_at: datetime

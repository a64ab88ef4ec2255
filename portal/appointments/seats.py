"""Where bookings find room when others have been there first: to be used where claims are open.

A hospital system's word stands, so a visit of its may meet what is booked here. Then so much of it
is guarded as nobody else has booked: two slots, one, or its unit without any time. For as long as
the record says that it lasts beyond that it is an orphan, which staff are shown, and it has the
rest as soon as what stood in its way ends.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from fhir.access import SYSTEM
from fhir.store import Criteria, Repository
from portal.appointments import claims, longer, resources
from portal.appointments.claims import DatabaseNow
from portal.appointments.longer import slots_of
from portal.appointments.models import Claim, ClinicSlot
from portal.appointments.rules import State, fits


def take_along(
    claim: Claim, slot: ClinicSlot, rooms: Mapping[str, ClinicSlot], until: datetime
) -> bool:
    """Book a unit of a slot for a visit that lasts until then, if its ticket is not used again.

    The slot is one of `rooms`, which are locked. Where all its units are booked, the visit has one
    beyond the room that there is.
    """
    others = [one for one in claims.live_in([slot.slot]) if one.key != claim.key]
    claim.slot, claim.unit = slot.slot, _unit(others, slot.capacity)
    claim.location, claim.starts_at = slot.location, slot.starts_at
    place = {
        "slot": slot.slot,
        "location": slot.location,
        "local_date": slot.local_date,
        "starts_at": slot.starts_at,
        "state": State.BOOKED,
        "hold_until": None,
        "replaces": None,
        "ended_at": None,
        "sequence": F("sequence") + 1,
    }
    for claim.ends_at in longer.spans(slot, until):
        if _is_seated(claim, rooms, until, place):
            return True
    return False


def adopt(slots: Mapping[str, ClinicSlot]) -> dict[str, ClinicSlot]:
    """Give orphans what is free now that something has ended in these slots, which are locked.

    A unit of the same slot; of their time, what their clinician has free again that day. Return the
    slots with those that the orphans have taken, locked too.
    """
    rooms = dict(slots)
    orphans = _orphans_about(slots.values())
    until = ends_said(orphans)
    for one in orphans:
        ends_at = until.get(one.key, one.ends_at)
        first = rooms.get(one.slot)
        if ends_at > one.ends_at:
            first = first or ClinicSlot.objects.get(slot=one.slot)
            rooms = longer.lock(first) | rooms
        elif first is None or one.unit < first.capacity:
            continue
        _adopted(one, rooms, ends_at)
    return rooms


def ends_said(bookings: Iterable[Claim]) -> dict[uuid.UUID, datetime]:
    """Return until when the orphans among these last by the record, whoever may read it."""
    ours = {str(one.key): one for one in bookings if one.orphaned_at and one.state == State.BOOKED}
    if not ours:
        return {}
    wanted = Criteria("Appointment", ids=list(ours), count=len(ours))
    found = ((ours[one.id], one.json) for one in Repository(SYSTEM).search(wanted)[0])
    return {one.key: resources.until(said, one.ends_at) for one, said in found}


def _unit(live: Sequence[Claim], capacity: int) -> int:
    booked = {one.unit for one in live if one.state == State.BOOKED}
    first = next(unit for unit in range(len(booked) + 1) if unit not in booked)
    return first if first < capacity else max(one.unit for one in live) + 1


def _orphans_about(slots: Iterable[ClinicSlot]) -> list[Claim]:
    rows = list(slots)
    here = Q(slot__in=[row.slot for row in rows])
    that_day = Q(
        clinician__in={row.clinician for row in rows},
        local_date__in={row.local_date for row in rows},
    )
    orphans = Claim.objects.filter(state=State.BOOKED, orphaned_at__isnull=False)
    return list(orphans.filter(here | that_day).order_by("booked_at", "key"))


def _adopted(orphan: Claim, rooms: Mapping[str, ClinicSlot], until: datetime) -> None:
    slot, had = rooms[orphan.slot], (orphan.unit, orphan.ends_at)
    live = [one.unit for one in claims.live_in([slot.slot]) if one.key != orphan.key]
    free = sorted(set(range(slot.capacity)) - set(live))
    if slot.is_open and orphan.unit >= slot.capacity and free:
        orphan.unit = free[0]
    for orphan.ends_at in longer.spans(slot, until):
        is_as_before = (orphan.unit, orphan.ends_at) == had
        if is_as_before or _is_seated(orphan, rooms, until, {}):
            return


def _is_seated(
    claim: Claim, rooms: Mapping[str, ClinicSlot], until: datetime, place: Mapping[str, Any]
) -> bool:
    """Write where a booking is, unless another booking of its time or ticket is in the way.

    What is only held gives way, be it held at this very moment: who holds locks no slot.
    """
    does_fit = fits(claim, *slots_of(claim, rooms), until=until)
    since = None if does_fit else Coalesce(F("orphaned_at"), DatabaseNow())
    seat = {"unit": claim.unit, "ends_at": claim.ends_at, "orphaned_at": since}
    given_up = None
    while (held := _held_against(claim)) != given_up:
        try:
            with transaction.atomic():
                claims.give_up(held)
                Claim.objects.filter(key=claim.key).update(**place, **seat)
        except IntegrityError:
            given_up = held
        else:
            return True
    return False


def _held_against(claim: Claim) -> list[Claim]:
    """Return what others hold in a booking's place, or elsewhere so that it would overlap."""
    here = Q(slot=claim.slot, unit=claim.unit) | Q(ticket=claim.ticket, replaces=None)
    whose = Q(clinician=claim.clinician) & ~Q(slot=claim.slot) | Q(patient=claim.patient)
    then = Q(starts_at__lt=claim.ends_at, ends_at__gt=claim.starts_at)
    held = Claim.objects.select_for_update(no_key=True).exclude(key=claim.key)
    return list(held.filter(here | whose & then, state=State.HELD).order_by("key"))

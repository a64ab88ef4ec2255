"""Where a hospital system puts a visit, its claim goes: to be used where claims are open."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from portal.appointments import claims
from portal.appointments.claims import DatabaseNow
from portal.appointments.longer import second_of
from portal.appointments.models import Claim, ClinicSlot
from portal.appointments.rules import State, fits


def take_along(claim: Claim, slot: ClinicSlot, ends_at: datetime) -> bool:
    """Book a unit of a locked slot for a claim; return whether nothing else stands in the way.

    It lasts until `ends_at`, be that the end of the slot after it. What is only held gives way.
    Where all is booked, it has a unit beyond the room that there is, and staff are shown it.
    """
    live = [one for one in claims.live_in([slot.slot]) if one.key != claim.key]
    claim.unit = _unit(live, slot.capacity)
    claim.slot, claim.location, claim.local_date = slot.slot, slot.location, slot.local_date
    claim.starts_at, claim.ends_at = slot.starts_at, ends_at
    try:
        with transaction.atomic():
            claims.give_up([one for one in live if one.unit == claim.unit])
            claims.give_up(_holds_beside(claim))
            _book(claim, slot)
    except IntegrityError:  # The person or the clinician has another booking at that time.
        return False
    return True


def _unit(live: Sequence[Claim], capacity: int) -> int:
    booked = {one.unit for one in live if one.state == State.BOOKED}
    first = next(unit for unit in range(len(booked) + 1) if unit not in booked)
    return first if first < capacity else max(one.unit for one in live) + 1


def _holds_beside(claim: Claim) -> list[Claim]:
    """Return what others hold elsewhere that this booking would overlap."""
    whose = Q(clinician=claim.clinician) & ~Q(slot=claim.slot) | Q(patient=claim.patient)
    held = Claim.objects.select_for_update(no_key=True).exclude(key=claim.key)
    overlapping = held.filter(
        whose, state=State.HELD, starts_at__lt=claim.ends_at, ends_at__gt=claim.starts_at
    )
    return list(overlapping.order_by("key"))


def _book(claim: Claim, slot: ClinicSlot) -> None:
    Claim.objects.filter(key=claim.key).update(
        slot=claim.slot,
        unit=claim.unit,
        location=claim.location,
        local_date=claim.local_date,
        starts_at=claim.starts_at,
        ends_at=claim.ends_at,
        state=State.BOOKED,
        hold_until=None,
        replaces=None,
        ended_at=None,
        orphaned_at=None if fits(claim, slot, second_of(claim, slot)) else DatabaseNow(),
        sequence=F("sequence") + 1,
    )

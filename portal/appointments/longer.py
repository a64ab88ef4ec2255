"""A longer visit: one claim to a slot, which lasts through the slot after it in the same clinic.

So nobody else has the clinician then, by the constraint that keeps them from two places at once.
Slots of a clinic that are open are of one length, and have all but their times in common.
"""

from collections.abc import Mapping
from datetime import datetime

from django.db.models import Q

from portal.appointments.models import Claim, ClinicSlot


def until(slot: ClinicSlot) -> datetime:
    """Return when a longer visit ends that begins with a slot."""
    return slot.ends_at + (slot.ends_at - slot.starts_at)


def following(slot: ClinicSlot, ends_at: datetime) -> Q:
    """Return what finds the slot after one, in the same clinic and without a gap."""
    return Q(clinic=slot.clinic_id, starts_at=slot.ends_at, ends_at=ends_at)


def lock(first: ClinicSlot) -> dict[str, ClinicSlot]:
    """Lock a slot and the one after it, in the order in which every act of booking locks slots."""
    rows = ClinicSlot.objects.select_related("clinic").select_for_update(of=("self",), no_key=True)
    both = rows.filter(Q(slot=first.slot) | following(first, until(first)))
    return {row.slot: row for row in both.order_by("slot")}


def spans(slot: ClinicSlot, ends_at: datetime) -> list[datetime]:
    """Return until when a visit that begins with a slot could be guarded, the longest first.

    Two slots where it ends after its own, else that one; or, without any time, its unit alone.
    """
    whole = [until(slot)] if ends_at > slot.ends_at else []
    return [*whole, slot.ends_at, slot.starts_at]


def is_longer(claim: Claim, slot: ClinicSlot) -> bool:
    """Whether a claim lasts beyond its own slot."""
    return claim.ends_at > slot.ends_at


def slots_of(claim: Claim, slots: Mapping[str, ClinicSlot]) -> list[ClinicSlot]:
    """Return the slot of a claim and, of a longer visit, the second, whether it is open or not."""
    first = slots[claim.slot]
    if not is_longer(claim, first):
        return [first]
    span = (first.clinic_id, first.ends_at, claim.ends_at)
    after = (one for one in slots.values() if (one.clinic_id, one.starts_at, one.ends_at) == span)
    return [first, *after]


def second_of(claim: Claim, slot: ClinicSlot) -> ClinicSlot | None:
    """Look up the second slot of a longer visit."""
    if not is_longer(claim, slot):
        return None
    return ClinicSlot.objects.filter(following(slot, claim.ends_at)).first()


def may_begin_in(slot: ClinicSlot) -> bool:
    """Whether there is an open slot after this one, be it taken or not."""
    return ClinicSlot.objects.filter(following(slot, until(slot)), is_open=True).exists()

"""A hospital system's word on a visit stands over ours: its claim follows, in the same transaction.

A visit that is called off, struck out or missed frees its time and its ticket. One that is moved
takes its claim along, to the slot of the same clinician that begins then, and to the one after it
where it ends later than that; where there is none, the time is no longer ours to guard, and the
claim ends.
"""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from fhir.access import SYSTEM
from fhir.adopting import Follow
from fhir.origins import Raced
from fhir.paths import Json
from fhir.store import Repository
from fhir.writing import Written
from portal.appointments import claims, resources
from portal.appointments.claims import Locked, Taken
from portal.appointments.longer import lock, spans
from portal.appointments.models import Claim, ClinicSlot
from portal.appointments.rules import LIVE, State
from portal.appointments.seats import adopt, take_along
from portal.appointments.tickets import NOT_USING


@contextmanager
def appointments_come(ids: Sequence[str]) -> Iterator[Follow]:
    """Lock the claims of Appointments that a hospital system is about to write.

    :raises Raced: somebody who books waits for us, as we for them: begin again.
    """
    keys = sorted(key for one in ids if (key := _key(one)))
    try:
        with claims.opened():
            for key in keys:
                Locked.of(key)
            yield _follow_all
    except Taken:
        raise Raced from None


def _follow_all(written: Sequence[Written]) -> None:
    for one in written:
        if key := _key(one.draft.logical_id):
            _follow(key, one.draft.resource)


def _key(said: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(said)
    except ValueError:
        return None


def _follow(key: uuid.UUID, said: Json) -> None:
    locked = Locked.of(key)
    claim = locked.claims.get(key)
    if claim is None or _agrees(claim, locked.slots[claim.slot], said):
        return
    rooms = {} if _is_over(said) else _taken_along(claim, said)
    if not rooms and claim.state in LIVE:
        claims.end([claim.key], State.CANCELLED)
    touched = adopt({**locked.slots, **rooms})
    turned = claims.mark_full(list(touched.values()))
    drafts = [resources.draft(resources.slot(row, row.clinic)) for row in turned]
    if drafts:
        Repository(SYSTEM).write(drafts)


def _agrees(claim: Claim, slot: ClinicSlot, said: Json) -> bool:
    if _is_over(said):
        return claim.state not in LIVE
    times = _times(said)
    if times is None or claim.state != State.BOOKED:
        return False
    return (claim.starts_at, claim.ends_at) == (times[0], spans(slot, times[1])[0])


def _is_over(said: Json) -> bool:
    return said.get("status") in NOT_USING


def _times(said: Json) -> tuple[datetime, datetime] | None:
    """Return when a visit begins and ends; an Appointment says both or neither."""
    if "start" not in said:
        return None
    return datetime.fromisoformat(said["start"]), datetime.fromisoformat(said["end"])


def _taken_along(claim: Claim, said: Json) -> dict[str, ClinicSlot]:
    """Book the open slot that begins when a visit now does; return it with the one after it.

    That is locked too: a visit that ends after its slot has both. Nothing is returned where there
    is no such slot.
    """
    times = _times(said)
    if times is None:
        return {}
    which = {"service": claim.service, "clinician": claim.clinician, "starts_at": times[0]}
    found = ClinicSlot.objects.filter(**which, is_open=True).order_by("slot").first()
    rooms = lock(found) if found else {}
    first = rooms[found.slot] if found else None
    if first is None or not first.is_open or not take_along(claim, first, rooms, times[1]):
        return {}
    return rooms

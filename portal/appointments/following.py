"""A hospital system's word on a visit stands over ours: its claim follows, in the same transaction.

A visit that is called off, struck out or missed frees its time and its ticket. One that is moved
takes its claim along, to the slot of the same clinician that begins then; where there is none, the
time is no longer ours to guard and the claim ends.
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
from portal.appointments.longer import following, is_longer, until
from portal.appointments.models import Claim, ClinicSlot
from portal.appointments.rules import LIVE, State
from portal.appointments.seats import take_along
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
    if claim is None or _agrees(claim, said):
        return
    slots = dict(locked.slots)
    whole = is_longer(claim, slots[claim.slot])
    targets = [] if _is_over(said) else _slots_of(claim, said, whole=whole)
    if not _taken_along(claim, targets):
        _end(claim)
    touched = list((slots | {row.slot: row for row in targets}).values())
    claims.adopt(touched)
    turned = claims.mark_full(touched)
    drafts = [resources.draft(resources.slot(row, row.clinic)) for row in turned]
    if drafts:
        Repository(SYSTEM).write(drafts)


def _agrees(claim: Claim, said: Json) -> bool:
    if _is_over(said):
        return claim.state not in LIVE
    return claim.state == State.BOOKED and claim.starts_at == _moment(said, "start")


def _is_over(said: Json) -> bool:
    return said.get("status") in NOT_USING


def _moment(said: Json, name: str) -> datetime | None:
    return datetime.fromisoformat(said[name]) if name in said else None


def _slots_of(claim: Claim, said: Json, *, whole: bool) -> list[ClinicSlot]:
    """Return the open slot that begins when the visit now does, and lock it.

    For a longer visit that is not to be shorter, the one after it too.
    """
    start, end = _moment(said, "start"), _moment(said, "end")
    if start is None:
        return []
    found = ClinicSlot.objects.select_related("clinic").select_for_update(of=("self",), no_key=True)
    wanted = found.filter(is_open=True).order_by("slot")
    first = wanted.filter(service=claim.service, clinician=claim.clinician, starts_at=start).first()
    if first is None:
        return []
    if not whole or (end and end <= first.ends_at):
        return [first]
    return [first, *wanted.filter(following(first, until(first)))[:1]]


def _taken_along(claim: Claim, slots: Sequence[ClinicSlot]) -> bool:
    """Where somebody else has the second slot, a visit is guarded in its first alone."""
    return any(take_along(claim, slots[0], last.ends_at) for last in reversed(slots))


def _end(claim: Claim) -> None:
    if claim.state in LIVE:
        claims.end([claim.key], State.CANCELLED)

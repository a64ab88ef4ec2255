"""Claims that are held in one act: what they are known by, and locks that make no ring of waiting.

Each has a request that names its batch and who made it, and so a batch is nobody else's to find.
"""

import re
import uuid
from collections.abc import Sequence
from typing import Final

from django.db import connection

from portal.appointments import claims
from portal.appointments.claims import DatabaseNow, Locked
from portal.appointments.models import Claim, ClinicSlot
from portal.appointments.rules import State
from portal.appointments.together.people import Booker
from portal.appointments.together.rules import MOST
from portal.identity.models import User

_REQUEST: Final = re.compile(r"together/([0-9a-f-]{36})/(\d+)/\d")
_LOCK: Final = 7_302_002
# Two who book for the same people, at whatever times, are one after the other.
_LOCK_PEOPLE: Final = """
SELECT pg_advisory_xact_lock(%s, key) FROM (
  SELECT DISTINCT hashtext(patient) AS key FROM unnest(%s::text[]) AS p(patient) ORDER BY key
) AS people
"""


def request_of(batch: uuid.UUID, booker: Booker, nth: int) -> str:
    return f"together/{batch}/{booker.user.pk}/{nth}"


def batch_of(claim: Claim, user: User) -> uuid.UUID | None:
    """Return the batch of this user's that a claim is of, if it is."""
    found = _REQUEST.fullmatch(claim.request)
    if found is None or found[2] != str(user.pk):
        return None
    return uuid.UUID(found[1])


def claims_of(batch: uuid.UUID, booker: Booker) -> list[Claim]:
    """Return the claims of a booker's batch by time, or none; where claims are open."""
    requests = [request_of(batch, booker, nth) for nth in range(MOST)]
    return sorted(Claim.objects.filter(request__in=requests), key=lambda one: one.request)


def is_known(batch: uuid.UUID, booker: Booker) -> bool:
    with claims.opened():
        return bool(claims_of(batch, booker))


def kept_for(booker: Booker, patients: Sequence[str]) -> list[Claim]:
    """Return what this booker holds for some people together just now, the first to end first."""
    with claims.opened():
        held = Claim.objects.filter(
            patient__in=patients, state=State.HELD, hold_until__gt=DatabaseNow()
        )
        return [one for one in held.order_by("hold_until", "request") if batch_of(one, booker.user)]


def lock(
    patients: Sequence[str], service: str, slots: Sequence[str]
) -> tuple[dict[str, ClinicSlot], list[Claim]]:
    """Lock people, then slots, then what is held for these people; return the slots by name.

    Each in order, and all of it before anything is taken: so nobody waits in a ring, be it for
    somebody who takes some of the same times, or who books for one of the same people. What is held
    is returned too.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_PEOPLE, [_LOCK, list(patients)])
    found = _slots(slots)
    held = Claim.objects.select_for_update(no_key=True).filter(
        patient__in=patients, service=service, state=State.HELD
    )
    return found, list(held.order_by("key"))


def let_go_with(replaced: Sequence[Claim], booker: Booker) -> None:
    """Let go of what was held together with claims that a booker's new ones have replaced."""
    broken = {batch for one in replaced if (batch := batch_of(one, booker.user))}
    for batch in broken:
        keys = [one.key for one in claims_of(batch, booker)]
        left = Claim.objects.select_for_update(no_key=True).filter(key__in=keys, state=State.HELD)
        claims.give_up(list(left.order_by("key")))


def locked(held: Sequence[Claim]) -> Locked:
    """Lock some claims and their slots: first the slots, in order, and then the claims."""
    slots = _slots([one.slot for one in held])
    rows = Claim.objects.select_for_update(no_key=True).filter(key__in=[one.key for one in held])
    return Locked({one.key: one for one in rows.order_by("key")}, slots, claims.now())


def _slots(names: Sequence[str]) -> dict[str, ClinicSlot]:
    rows = ClinicSlot.objects.select_for_update(of=("self",), no_key=True)
    found = rows.select_related("clinic").filter(slot__in=names).order_by("slot")
    return {one.slot: one for one in found}

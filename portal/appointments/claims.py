"""Claims on slots: the database's constraints decide who has a time, not code (decisions 10).

Whoever takes a slot must see every claim to it, so that all of this runs as the service itself;
whose act it is was decided before. All time is the database's, and no lock outlives a request.
"""

import uuid
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Self

from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import DateTimeField, F, Func, Q
from psycopg.errors import DeadlockDetected

from fhir.access import SYSTEM
from fhir.scope import scoped
from portal.appointments.models import Claim, ClinicSlot
from portal.appointments.rules import HELD_FOR, LIVE, Refusal, State, fits


class DatabaseNow(Func):
    """`daybook_now()`, the one clock of booking."""

    function = "daybook_now"
    output_field = DateTimeField()


@dataclass(frozen=True, slots=True)
class Asked:
    """One person's wish for one slot; `moving` is the booking that it would replace."""

    request: str
    patient: str
    ticket: str
    slot: str
    mode: str
    moving: Claim | None = None
    key: uuid.UUID = field(default_factory=uuid.uuid4)


@dataclass(frozen=True, slots=True)
class Locked:
    """Some claims and their slots, which nobody else can change before the transaction ends."""

    claims: dict[uuid.UUID, Claim]
    slots: dict[str, ClinicSlot]
    now: datetime

    @classmethod
    def of(cls, keys: Collection[uuid.UUID]) -> Self:
        """Lock first the slots and then the claims, each in order: nobody waits in a ring."""
        names = Claim.objects.filter(key__in=keys).values_list("slot", flat=True)
        rows = ClinicSlot.objects.select_for_update(no_key=True, of=("self",))
        rows = rows.select_related("clinic").filter(slot__in=set(names)).order_by("slot")
        slots = {row.slot: row for row in rows}
        held = Claim.objects.select_for_update(no_key=True).filter(key__in=keys).order_by("key")
        return cls({one.key: one for one in held}, slots, now())


# The lowest free unit of an open slot; what anybody else has taken meanwhile is left to them.
_TAKE: Final = """
INSERT INTO portal_claim (key, request, patient, ticket, slot, unit, service, location, clinician,
  mode, starts_at, ends_at, state, hold_until, is_extended, replaces, series, sequence, made_at)
SELECT %(key)s, %(request)s, %(patient)s, %(ticket)s, s.slot, u.unit, s.service, s.location,
  s.clinician, %(mode)s, s.starts_at, s.ends_at, 'held', daybook_now() + %(held_for)s, false,
  %(replaces)s, %(series)s, %(sequence)s, daybook_now()
FROM portal_clinicslot s CROSS JOIN generate_series(0, s.capacity - 1) AS u(unit)
WHERE s.slot = %(slot)s AND s.is_open AND NOT EXISTS (
  SELECT FROM portal_claim c
  WHERE c.slot = s.slot AND c.unit = u.unit AND c.state IN ('held', 'booked'))
ORDER BY u.unit LIMIT 1
ON CONFLICT DO NOTHING RETURNING key
"""
# Two bookings may change places: first they make room.
_ASIDE: Final = 10_000
_SEAT: Final = """
UPDATE portal_claim c SET unit = p.unit, orphaned_at =
  CASE WHEN p.fits THEN NULL ELSE coalesce(c.orphaned_at, daybook_now()) END
FROM unnest(%s::uuid[], %s::int[], %s::bool[]) AS p(key, unit, fits) WHERE c.key = p.key
"""
_STALE: Final = Q(state=State.HELD, hold_until__lte=DatabaseNow())


@contextmanager
def opened() -> Iterator[None]:
    """See every claim, in a transaction; two that wait for each other are told as one taken.

    :raises Taken: the database ended it, so that somebody else could go on.
    """
    try:
        with scoped(SYSTEM):
            yield
    except OperationalError as fault:
        if isinstance(fault.__cause__, DeadlockDetected):
            raise Taken from None
        raise


class Taken(Exception):
    """Somebody else was first."""


def now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT daybook_now()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def of_request(request: str) -> Claim | None:
    return Claim.objects.filter(request=request).first()


def by_key(key: uuid.UUID) -> Claim | None:
    return Claim.objects.filter(key=key).first()


def take(asked: Asked, slot: ClinicSlot) -> Claim | None:
    """Hold a slot for this patient in place of whatever else they hold there; or return None.

    What was held too long by anybody, and stands in the way, ends first.
    """
    overlapping = Q(starts_at__lt=slot.ends_at, ends_at__gt=slot.starts_at)
    in_the_way = Q(slot=slot.slot) | Q(patient=asked.patient) | overlapping
    expire(in_the_way)
    own = Claim.objects.filter(patient=asked.patient, service=slot.service, state=State.HELD)
    # The same asking may have come twice at once: what the other has taken is this one's answer.
    own.exclude(request=asked.request).update(
        state=State.RELEASED, hold_until=None, ended_at=DatabaseNow()
    )
    for _ in range(slot.capacity):
        if _inserted(asked):
            return by_key(asked.key)
    return None


def why_not(asked: Asked, slot: ClinicSlot) -> Refusal:
    """Return why a slot could not be taken: because of what else this patient has, or of others."""
    own = Claim.objects.filter(patient=asked.patient, state__in=LIVE)
    if asked.moving:
        own = own.exclude(key=asked.moving.key)
    if own.filter(state=State.HELD, service=slot.service).exists():
        return Refusal.CHOSEN_ELSEWHERE
    if own.filter(ticket=asked.ticket).exists():
        return Refusal.USED
    if own.filter(starts_at__lt=slot.ends_at, ends_at__gt=slot.starts_at).exists():
        return Refusal.BUSY
    return Refusal.TAKEN


def book(hold: Claim) -> bool:
    """Make a booking of a hold that is still one; return whether it was."""
    held = Claim.objects.filter(key=hold.key, state=State.HELD, hold_until__gt=DatabaseNow())
    return bool(
        held.update(state=State.BOOKED, hold_until=None, replaces=None, booked_at=DatabaseNow())
    )


def extend(hold: Claim) -> bool:
    """Keep a hold once for as long again; return whether it was still one."""
    held = Claim.objects.filter(
        key=hold.key, state=State.HELD, is_extended=False, hold_until__gt=DatabaseNow()
    )
    return bool(held.update(is_extended=True, hold_until=F("hold_until") + HELD_FOR))


def end(keys: Sequence[uuid.UUID], state: State, moved_to: uuid.UUID | None = None) -> None:
    """End bookings, which frees their units."""
    Claim.objects.filter(key__in=keys).update(
        state=state, moved_to=moved_to, ended_at=DatabaseNow(), sequence=F("sequence") + 1
    )


def adopt(slots: Sequence[ClinicSlot]) -> None:
    """Give bookings for which slots had no room any more the units that have become free there."""
    names = [row.slot for row in slots if row.is_open]
    waiting = Claim.objects.filter(slot__in=names, state=State.BOOKED, orphaned_at__isnull=False)
    for row in slots:
        orphans = [one for one in waiting.order_by("booked_at") if one.slot == row.slot]
        beyond = [one for one in orphans if one.unit >= row.capacity]
        if not beyond:
            continue
        live = Claim.objects.filter(slot=row.slot, state__in=LIVE).values_list("unit", flat=True)
        free = sorted(set(range(row.capacity)) - set(live))
        for one, unit in zip(beyond, free, strict=False):
            one.unit = unit
            with suppress(IntegrityError), transaction.atomic():  # somebody holds it since
                seat([(one.key, unit, fits(one, row))])


def mark_full(slots: Sequence[ClinicSlot]) -> list[ClinicSlot]:
    """Write down of slots that are locked whether all is booked; return those that are new."""
    names = [row.slot for row in slots]
    taken = Claim.objects.filter(slot__in=names, state=State.BOOKED).values_list("slot", "unit")
    units: dict[str, list[int]] = {}
    for name, unit in taken:
        units.setdefault(name, []).append(unit)
    turned = []
    for row in slots:
        is_full = sum(unit < row.capacity for unit in units.get(row.slot, ())) >= row.capacity
        if is_full != row.is_full:
            row.is_full = is_full
            turned.append(row)
    ClinicSlot.objects.bulk_update(turned, ["is_full"])
    return turned


def live_in(slots: Sequence[str]) -> list[Claim]:
    """Return the live claims in slots that are locked, and lock them too."""
    held = Claim.objects.select_for_update(no_key=True).filter(slot__in=slots, state__in=LIVE)
    return list(held.order_by("key"))


def seat(places: Sequence[tuple[uuid.UUID, int, bool]]) -> None:
    """Give bookings other units, and flag those that do not fit."""
    keys = [key for key, _, _ in places]
    Claim.objects.filter(key__in=keys).update(unit=F("unit") + _ASIDE)
    columns: list[Any] = [keys, [unit for _, unit, _ in places], [fit for _, _, fit in places]]
    with connection.cursor() as cursor:
        cursor.execute(_SEAT, columns)


def give_up(holds: Sequence[Claim]) -> None:
    """End holds that are locked before their time."""
    Claim.objects.filter(key__in=[one.key for one in holds]).update(
        state=State.EXPIRED, hold_until=None, ended_at=DatabaseNow()
    )


def expire(which: Q | None = None) -> int:
    """End holds that have lasted too long; those that somebody is at are left to them."""
    stale = Claim.objects.select_for_update(skip_locked=True).filter(_STALE)
    if which is not None:
        stale = stale.filter(which)
    keys = list(stale.order_by("key").values_list("key", flat=True))
    if not keys:
        return 0
    return Claim.objects.filter(_STALE, key__in=keys).update(
        state=State.EXPIRED, hold_until=None, ended_at=DatabaseNow()
    )


def _inserted(asked: Asked) -> bool:
    moving = asked.moving
    values: dict[str, Any] = {
        "key": asked.key,
        "request": asked.request,
        "patient": asked.patient,
        "ticket": asked.ticket,
        "slot": asked.slot,
        "mode": asked.mode,
        "held_for": HELD_FOR,
        "replaces": moving.key if moving else None,
        "series": moving.series if moving else asked.key,
        "sequence": moving.sequence + 1 if moving else 0,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, values)
        return cursor.fetchone() is not None

"""Claims on slots: the database's constraints decide who has a time, not code (decisions 10).

Whoever takes a slot must see every claim to it: `opened` opens the wall around claims alone. Whose
act it is was decided before. All time is the database's, and no lock outlives a request.
"""

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final, Self

from django.db import OperationalError, connection, transaction
from django.db.models import DateTimeField, F, Func, Q
from psycopg.errors import DeadlockDetected
from psycopg.pq import TransactionStatus

from fhir import arrays
from fhir.store import Repository
from portal.appointments import claims_sql as sql
from portal.appointments import longer
from portal.appointments.models import Claim, Clinic, ClinicSlot
from portal.appointments.rules import HELD_FOR, LIVE, Refusal, State


class DatabaseNow(Func):
    """`daybook_now()`, the one clock of booking."""

    function = "daybook_now"
    output_field = DateTimeField()


@dataclass(frozen=True, slots=True)
class Asked:
    """One person's wish for a time; `moving` is the booking that it would replace."""

    request: str
    patient: str
    ticket: str
    mode: str
    moving: Claim | None = None
    longer: bool = False
    key: uuid.UUID = field(default_factory=uuid.uuid4)

    def until(self, slot: ClinicSlot) -> datetime:
        return longer.until(slot) if self.longer else slot.ends_at


@dataclass(frozen=True, slots=True)
class Offer:
    """A slot, when it was looked at, and what the same form was answered before."""

    slot: ClinicSlot
    now: datetime
    before: Claim | None = None


@dataclass(frozen=True, slots=True)
class Locked:
    """Some claims and their slots, which nobody else can change before the transaction ends."""

    claims: Mapping[uuid.UUID, Claim]
    slots: Mapping[str, ClinicSlot]
    now: datetime

    @classmethod
    def of(cls, key: uuid.UUID) -> Self:
        return cls.told(arrays.ask(*locking(key)))

    @classmethod
    def told(cls, answer: arrays.Answer) -> Self:
        """Return what the database answered to the statement of `locking`."""
        offers = [_offer(row) for row in answer.rows]
        claims = {one.before.key: one.before for one in offers if one.before}
        now = offers[0].now if offers else _NEVER
        return cls(claims, {one.slot.slot: one.slot for one in offers}, now)


# Two bookings may change places: first they make room.
_ASIDE: Final = 10_000
_NEVER: Final = datetime.min.replace(tzinfo=UTC)
_STALE: Final = Q(state=State.HELD, hold_until__lte=DatabaseNow())


@contextmanager
def opened(
    *first: arrays.Asked, writing: Repository | None = None, until_end: bool = False
) -> Iterator[list[arrays.Answer]]:
    """See every claim, in a transaction; two that wait for each other are told as one taken.

    It begins with the statements of `first`, and gives their answers; it is one of the record
    `writing` where that is given. `until_end` is for what ends its transaction: the door then
    shuts with that, by itself.

    :raises Taken: the database ended it, so that somebody else could go on.
    """
    is_own = not connection.in_atomic_block
    begun = writing.transaction if writing else _begun
    try:
        with begun(sql.OPEN, *first) as (_, *answers):
            try:
                yield answers
            finally:
                is_last = is_own or (until_end and not connection.savepoint_ids)
                # And in a transaction that has failed the database shuts it too.
                status = connection.connection.info.transaction_status
                if status == TransactionStatus.INTRANS and not is_last:
                    arrays.ask(*sql.SHUT)
    except OperationalError as fault:
        if isinstance(fault.__cause__, DeadlockDetected):
            raise Taken from None
        raise


@contextmanager
def _begun(*first: arrays.Asked) -> Iterator[list[arrays.Answer]]:
    with nullcontext() if connection.in_atomic_block else transaction.atomic():
        yield arrays.in_turn(*first)


class Taken(Exception):
    """Somebody else was first."""


def now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT daybook_now()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def of_request(request: str) -> Claim | None:
    return _one(f"{sql.SELECT} WHERE request = %s", [request])


def by_key(key: uuid.UUID) -> Claim | None:
    return _one(f"{sql.SELECT} WHERE key = %s", [key])


def offering(slot: str, request: str) -> arrays.Asked:
    """Return what asks for a slot with its clinic, and what was answered to this form."""
    return sql.OFFERED, [request, slot]


def offered(answer: arrays.Answer) -> Offer | None:
    return next(map(_offer, answer.rows), None)


def locking(key: uuid.UUID) -> arrays.Asked:
    """Return what locks a claim and what it would replace, with their slots."""
    return sql.LOCK, [key]


def take(asked: Asked, slot: ClinicSlot) -> Claim | None:
    """Hold a slot for this patient in place of whatever else they hold there; or return None."""
    for _ in range(slot.capacity):
        if taken := _one(sql.TAKE, _values(asked, slot)):
            return taken
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
    if own.filter(starts_at__lt=asked.until(slot), ends_at__gt=slot.starts_at).exists():
        return Refusal.BUSY
    return Refusal.GONE if asked.longer and not longer.may_begin_in(slot) else Refusal.TAKEN


def book(hold: Claim, slots: Sequence[ClinicSlot]) -> Claim | None:
    """Make a booking of a hold, mark its slots as `mark_full` does, and return it if it was one."""
    known = {row.slot: row for row in slots}
    booked, full = arrays.in_turn((sql.BOOK, [hold.key]), (sql.FULL, [list(known)]))
    _mark(known, full.rows)
    return next(map(_claim, booked.rows), None)


def extend(hold: Claim) -> bool:
    """Keep a hold once for as long again; return whether it was still one."""
    held = Claim.objects.filter(
        key=hold.key, state=State.HELD, is_extended=False, hold_until__gt=DatabaseNow()
    )
    return bool(held.update(is_extended=True, hold_until=F("hold_until") + HELD_FOR))


def end(keys: Sequence[uuid.UUID], state: State, moved_to: uuid.UUID | None = None) -> None:
    """End bookings, or holds that are locked, which frees their units."""
    ended: dict[str, Any] = {"moved_to": moved_to, "hold_until": None, "ended_at": DatabaseNow()}
    Claim.objects.filter(key__in=keys).update(state=state, sequence=F("sequence") + 1, **ended)


def mark_full(slots: Sequence[ClinicSlot]) -> list[ClinicSlot]:
    """Write down of slots that are locked whether all is booked; return those that are new."""
    known = {row.slot: row for row in slots}
    return _mark(known, arrays.ask(sql.FULL, [list(known)]).rows)


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
        cursor.execute(sql.SEAT, columns)


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


def _values(asked: Asked, slot: ClinicSlot) -> dict[str, Any]:
    moving = asked.moving
    return {
        "key": asked.key,
        "request": asked.request,
        "patient": asked.patient,
        "ticket": asked.ticket,
        "slot": slot.slot,
        "service": slot.service,
        "starts_at": slot.starts_at,
        "ends_at": asked.until(slot),
        "mode": asked.mode,
        "held_for": HELD_FOR,
        "replaces": moving.key if moving else None,
        "series": moving.series if moving else asked.key,
        "sequence": moving.sequence + 1 if moving else 0,
    }


def _mark(known: Mapping[str, ClinicSlot], turned: Iterable[Sequence[Any]]) -> list[ClinicSlot]:
    changed = [(known[name], is_full) for name, is_full in turned]
    for row, is_full in changed:
        row.is_full = is_full
    return [row for row, _ in changed]


def _one(statement: str, values: Any) -> Claim | None:
    return next(map(_claim, arrays.ask(statement, values).rows), None)


def _claim(row: Sequence[Any]) -> Claim:
    return Claim.from_db(connection.alias, sql.CLAIM, row)


def _offer(row: Sequence[Any]) -> Offer:
    columns = iter(row)
    now = next(columns)
    slot = ClinicSlot.from_db(connection.alias, sql.SLOT, [*islice(columns, len(sql.SLOT))])
    slot.clinic = Clinic.from_db(connection.alias, sql.CLINIC, [*islice(columns, len(sql.CLINIC))])
    before = [*columns]
    return Offer(slot, now, _claim(before) if any(before) else None)

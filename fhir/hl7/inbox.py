"""The relay's part of HL7 v2: reads what the listener has kept, in order for each person.

A message that cannot be read parks its person and nobody else; it was acknowledged, so that its
feed goes on. What fails by our fault is tried again. A result before its person waits, and is
filed when the person arrives. Nothing here is lost: a message leaves only by being filed, or by
the hand of an operator (fhir.hl7.queue).
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection

from fhir.access import SYSTEM
from fhir.arrays import Answer
from fhir.hl7 import filing
from fhir.hl7.capture import CHANNEL
from fhir.hl7.filing import OfAnother
from fhir.hl7.inbox_sql import ARRIVED, CLAIM, HOLD, SETTLE, WAKE
from fhir.hl7.mapping import NotMapped
from fhir.hl7.message import Unreadable
from fhir.intake import IdentityChanged, Refused, Unmatched
from fhir.models import InboundMessage
from fhir.scope import fetched_as, scoped
from fhir.validation import Malformed

__all__ = ["CHANNEL", "process_next", "wake_unmatched"]

logger = logging.getLogger(__name__)

State = InboundMessage.State

# Seconds after which our own failures are tried again, each a fifth more or less.
RETRIES: Final = (1, 5, 30, 300, 3_600)
# Seconds for which a message is kept for a reader that has not begun; once it has, a lock keeps it,
# which falls with the reader: whoever died holds up nobody for longer than this.
_LEASE: Final = 10
_SWEEP: Final = 10.0  # seconds between looks for people who have arrived by another door
_LONGEST_WAIT: Final = 3_600


@dataclass(frozen=True, slots=True)
class _Claimed:
    id: int
    feed: str
    raw: bytes
    kind: str
    attempts: int
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Settled:
    """Where a message stands now; `place` and `error` say why without a value of it."""

    state: State
    place: str = ""
    error: str = ""
    note: str = ""
    patient: str = ""
    wait: float = 0


class _Sweep:
    last_at = float("-inf")


def process_next() -> int:
    """Read the next message that may be read, and return how many there were."""
    claimed = _claim()
    if claimed is None:
        return _look_for_arrivals()
    try:
        with _held(claimed) as (held,):
            if held.rows:
                _settle(claimed, _read(claimed, *held.rows[0]))
    except Exception as fault:  # noqa: BLE001 (the relay outlives whom it calls)
        with _held(claimed) as (held,):
            if held.rows:
                _settle(claimed, settled_by(fault, claimed.attempts))
    return 1


def wake_unmatched(lanes: Sequence[bytes]) -> int:
    """Let messages that waited for these people be read, and return how many there are."""
    with connection.cursor() as cursor:
        cursor.execute(WAKE, [list(lanes)])
        woken: int = cursor.rowcount
    return woken


def _claim() -> _Claimed | None:
    """Take a message for ourselves; if we end before it is settled, another takes it again."""
    found = fetched_as(SYSTEM, CLAIM, [_LEASE])
    return _Claimed(*found[0][:-1]) if found else None


def _held(claimed: _Claimed) -> AbstractContextManager[list[Answer]]:
    """Lock it for a transaction, and give its feed; nothing where another has it by now."""
    return scoped(SYSTEM, (HOLD, [claimed.id, claimed.attempts]))


def _read(claimed: _Claimed, feed: Mapping[str, Any] | None) -> Settled:
    if claimed.attempts > len(RETRIES) + 1:
        return Settled(State.PARKED, error="it ended, again and again, whoever read it")
    if feed is None:
        raise Unreadable("MSH-3", "the feed it came from is not known any more")
    try:
        filed = file(feed, claimed.kind, claimed.raw, claimed.received_at)
    except IdentityChanged as changed:
        # Not rolled back: intake has closed the record to logins until a person has looked.
        return _in_question(changed)
    if filed.known_now:
        wake_unmatched(filed.known_now)
    return Settled(State.DONE, note="\n".join(filed.notes), patient=filed.patient)


def file(feed: Mapping[str, Any], kind: str, raw: bytes, received_at: datetime) -> filing.Filed:
    """Write what a message of this feed says; see `filing` for what it may raise."""
    if kind == "FHIR":
        return filing.file_bundle(raw, feed)
    return filing.file(raw, feed, received_at)


def settled_by(fault: Exception, attempts: int) -> Settled:
    """Return where a message stands that could not be filed at this attempt."""
    for kind, settle in _KNOWN:
        if isinstance(fault, kind):
            return settle(fault, attempts)
    if attempts > len(RETRIES):
        return Settled(State.PARKED, error=type(fault).__name__)
    return Settled(State.RETRY, error=type(fault).__name__, wait=RETRIES[attempts - 1])


def _in_question(changed: Any, _: int = 1) -> Settled:
    return Settled(State.REVIEW, "PID", "it changes who the person is", patient=changed.patient)


def _unmatched(fault: Any, attempts: int) -> Settled:
    issue = fault.issues[0]
    # A bundle names the entry whose person is missing.
    error = "the person is not known yet" if issue.path == "PID-3" else issue.message
    wait = min(10 * 6 ** (attempts - 1), _LONGEST_WAIT)
    return Settled(State.UNMATCHED, issue.path, error, wait=wait)


def _refused(fault: Any, _: int) -> Settled:
    issue = fault.issues[0]
    # A conflict is about who somebody is: a person decides, and nobody waits for it.
    state = State.REVIEW if issue.code == "conflict" else State.PARKED
    return Settled(state, issue.path, f"what it says cannot be taken: {issue.code}")


_KNOWN: Final[tuple[tuple[type[Exception], Callable[[Any, int], Settled]], ...]] = (
    (
        NotMapped,
        lambda *_: Settled(State.NOT_MAPPED, "MSH-9", "such messages are not read"),
    ),
    (OfAnother, lambda *_: Settled(State.REVIEW, "PID-3", "the number is somebody else's here")),
    (Unreadable, lambda fault, _: Settled(State.PARKED, fault.place, fault.message)),
    (Unmatched, _unmatched),
    (IdentityChanged, _in_question),
    (Refused, _refused),
    (Malformed, _refused),
)


def _settle(claimed: _Claimed, settled: Settled) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            SETTLE,
            {name: getattr(settled, name) for name in settled.__slots__} | {"id": claimed.id},
        )
    _tell(claimed, settled)


def _tell(claimed: _Claimed, settled: Settled) -> None:
    if settled.state is State.DONE:
        return
    level = logging.ERROR if settled.state is State.PARKED else logging.WARNING
    logger.log(
        level,
        "message %s of %s is %s: %s %s",
        claimed.id,
        claimed.feed,
        settled.state.value,
        settled.place,
        settled.error,
    )


def _look_for_arrivals() -> int:
    """Wake those whose person has come by another door, such as the FHIR one."""
    if time.monotonic() - _Sweep.last_at < _SWEEP:
        return 0
    _Sweep.last_at = time.monotonic()
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute(ARRIVED)
        lanes = [bytes(row[0]) for row in cursor.fetchall()]
        return wake_unmatched(lanes) if lanes else 0

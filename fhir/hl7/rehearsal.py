"""What a kept message would do to the record if it were read now: done as it would be, and undone.

Nothing stays of it: no row, no audit, no hint; whoever waits for a name in the meantime waits
for as long as it takes to write one message.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection, transaction

from fhir.access import SYSTEM
from fhir.feeds import known
from fhir.hl7 import inbox, queue
from fhir.hl7.agreements import settings_from
from fhir.hl7.inbox import Settled, State
from fhir.hl7.message import Message
from fhir.hl7.messages import to_bundle
from fhir.paths import Json
from fhir.scope import scoped

_PATIENCE: Final = "2s"


@dataclass(frozen=True, slots=True)
class Made:
    """A resource that would be written: "created", "updated", "unchanged" or "late".

    The outcome is "" where it cannot be told, since its person is not known for sure.
    """

    resource: Json
    outcome: str


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """Where the message would stand afterwards, and what it would have written."""

    state: State
    place: str = ""
    error: str = ""
    made: tuple[Made, ...] = ()
    # Whether it has been filed before: what is late then is in the history already.
    filed_before: bool = False

    @property
    def changes_nothing(self) -> bool:
        """Whether the record says all of it already, or something newer."""
        nothing = {"unchanged", "late"} if self.filed_before else {"unchanged"}
        return self.state == State.DONE and all(one.outcome in nothing for one in self.made)


def rehearse(entry: queue.Entry) -> Rehearsal:
    """Return what reading a message again would do."""
    raw = queue.raw_of(entry.id)
    with scoped(SYSTEM):
        before = transaction.savepoint()
        try:
            return _tried(entry, raw)
        finally:
            transaction.savepoint_rollback(before)


def _tried(entry: queue.Entry, raw: bytes) -> Rehearsal:
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('lock_timeout', %s, true)", [_PATIENCE])
            filed = inbox.file(_feed(entry.feed), entry.kind, raw, entry.received_at)
    except Exception as fault:  # noqa: BLE001 (what reading does with any fault, is told)
        settled: Settled = inbox.settled_by(fault, attempts=1)
        is_read = settled.state in {State.UNMATCHED, State.REVIEW} and entry.kind != "FHIR"
        made = _read(entry.feed, raw) if is_read else ()
        return Rehearsal(settled.state, settled.place, settled.error, made)
    made = tuple(Made(one.draft.resource, one.outcome) for one in filed.written)
    return Rehearsal(State.DONE, made=made, filed_before=entry.done_at is not None)


def _feed(name: str) -> Mapping[str, Any]:
    return next(vars(one) for one in known() if one.name == name)


def _read(feed: str, raw: bytes) -> tuple[Made, ...]:
    """Return what a message says, whoever it is about."""
    settings = settings_from(_feed(feed))
    bundle = to_bundle(Message.read(raw, settings.charset), settings)
    return tuple(Made(one["resource"], "") for one in bundle["entry"])

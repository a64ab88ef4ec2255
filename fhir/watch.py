"""How the feeds do: when each was last heard, what of it waits, and how far the relay is behind."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.db import connection

from fhir.access import SYSTEM
from fhir.feeds import known
from fhir.hl7.inbox import State
from fhir.scope import scoped

HOURS: Final = 24
# Those that a person must look at.
FAILED: Final = (State.PARKED, State.REVIEW, State.NOT_MAPPED)
_UNREAD: Final = (State.WAITING, State.RETRY)


@dataclass(slots=True)
class FeedState:
    """A live feed; `hours` counts messages in each of the last hours, the oldest first."""

    name: str
    ods: str
    sender: str
    phone: str
    silence: timedelta
    last_at: datetime | None
    standing: dict[State, int] = field(default_factory=dict)
    parked_people: int = 0
    oldest_unread: datetime | None = None
    hours: list[int] = field(default_factory=lambda: [0] * HOURS)
    kinds: set[str] = field(default_factory=set)

    @property
    def failed(self) -> int:
        return sum(self.standing.get(state, 0) for state in FAILED)

    @property
    def unmatched(self) -> int:
        return self.standing.get(State.UNMATCHED, 0)

    def is_silent(self, now: datetime) -> bool:
        return self.last_at is not None and now - self.last_at > self.silence


@dataclass(frozen=True, slots=True)
class Backlog:
    """How far the relay is behind: the oldest that is due and not done, of each kind of work."""

    changes: timedelta
    messages: timedelta
    audit: timedelta

    @property
    def worst(self) -> timedelta:
        return max(self.changes, self.messages, self.audit)


def feeds() -> list[FeedState]:
    """Return the feeds that may speak, by name; the same three queries however many there are."""
    found = {one.name: one for one in _live()}
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute(_STANDING)
        for name, state, number, people, oldest in cursor.fetchall():
            if feed := found.get(name):
                _stand(feed, State(state), number, people, oldest)
        cursor.execute(_LATELY, [list(State.values)])
        for name, hour, number, kinds in cursor.fetchall():
            if feed := found.get(name):
                feed.hours[HOURS - 1 - hour] += number
                feed.kinds |= set(kinds)
    return list(found.values())


def _stand(feed: FeedState, state: State, number: int, people: int, oldest: datetime) -> None:
    feed.standing[state] = number
    if state == State.PARKED:
        feed.parked_people = people
    if state in _UNREAD:
        feed.oldest_unread = min(oldest, feed.oldest_unread or oldest)


_STANDING: Final = (
    "SELECT feed, state, count(*), count(DISTINCT person), min(received_at)"
    " FROM portal_fhir_inboundmessage WHERE state NOT IN ('done', 'set aside')"
    " GROUP BY feed, state"
)
# A message is due when it is done with, so that this index serves: none older is looked at.
_LATELY: Final = (
    "SELECT feed, floor(extract(epoch FROM daybook_now() - received_at) / 3600)::int AS hour,"
    " count(*), array_agg(DISTINCT split_part(kind, '^', 1)) FROM portal_fhir_inboundmessage"
    " WHERE state = ANY(%s) AND due_at > daybook_now() - interval '24 hours'"
    " AND received_at > daybook_now() - interval '24 hours' AND received_at <= daybook_now()"
    " GROUP BY 1, 2"
)


def backlog() -> Backlog:
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            "SELECT"
            " coalesce((SELECT daybook_now() - min(due_at) FROM portal_fhir_delivery), '0'),"
            " coalesce((SELECT daybook_now() - min(due_at) FROM portal_fhir_inboundmessage"
            "   WHERE state IN ('waiting', 'retry') AND attempts = 0), '0'),"
            " coalesce((SELECT daybook_now() - min(at) FROM portal_fhir_auditentry a"
            "   WHERE a.id > (SELECT coalesce(max(entry), 0) FROM portal_fhir_auditlink)), '0')"
        )
        ages = (max(age, timedelta(0)) for age in cursor.fetchone())
    return Backlog(*ages)


@dataclass(frozen=True, slots=True)
class Heard:
    """The feeds of what a patient has been shown, and since when a message of theirs is parked."""

    feeds: tuple[FeedState, ...]
    parked_since: datetime | None


def heard_of(patient: str) -> Heard:
    """Return what is known of the feeds behind a patient's own results; three queries.

    Only results that they may see count, so that nothing tells of one that is withheld.
    """
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute(_SOURCES, [patient])
        sources = {row[0] for row in cursor.fetchall()}
        cursor.execute(_PARKED, [patient, patient])
        parked: datetime | None = cursor.fetchone()[0]
    return Heard(tuple(one for one in _live() if one.name in sources), parked)


def _live() -> Iterator[FeedState]:
    """Yield the feeds that somebody outside may speak through."""
    for one in known():
        if one.revoked_at is None and (one.sender or one.token_digest):
            silence = timedelta(minutes=one.silence_minutes)
            yield FeedState(
                one.name, one.ods, one.sender or "", one.phone, silence, one.last_used_at
            )


# The newest reports tell which feeds matter; older ones may be of a system long gone.
_SOURCES: Final = (
    "SELECT DISTINCT source FROM (SELECT source FROM portal_fhir_resource WHERE patient = %s"
    " AND resource_type = 'DiagnosticReport' AND labels & 31 & ~6 = 0"
    " ORDER BY at DESC NULLS LAST, number DESC LIMIT 20) newest"
)
_PARKED: Final = (
    "SELECT min(m.received_at) FROM portal_fhir_inboundmessage m WHERE m.state = 'parked'"
    " AND (m.patient = %s OR m.person = ANY(SELECT int8send(hash) FROM portal_fhir_token"
    " WHERE patient = %s AND resource_type = 'Patient' AND name = 'identifier'))"
)

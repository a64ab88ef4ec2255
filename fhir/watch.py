"""How the feeds do: when each was last heard, what of it waits, and how far the relay is behind."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.db import connection

from fhir.access import SYSTEM
from fhir.feeds import known
from fhir.hl7.inbox import State
from fhir.hl7.queue import LATELY, MARKS, STANDING
from fhir.labels import HIDING, Label
from fhir.scope import scoped

HOURS: Final = 24
# The audit is chained each second, whatever else there is to do: later, no relay is running.
STOPPED: Final = timedelta(seconds=60)
_UNREAD: Final = (State.WAITING, State.RETRY)


@dataclass(slots=True)
class FeedState:
    """A live feed; `hours` counts messages in each of the last hours, the oldest first.

    `marks` counts those of these hours with a mark of `fhir.hl7.queue.MARKS`.
    """

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
    marks: dict[str, int] = field(default_factory=lambda: dict.fromkeys(MARKS, 0))

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
        cursor.execute(_STANDING, [[*_UNREAD, *STANDING]])
        for name, state, number, people, oldest in cursor.fetchall():
            if feed := found.get(name):
                _stand(feed, State(state), number, people, oldest)
        cursor.execute(_LATELY, [list(State.values)])
        for name, hour, number, kinds, *marked in cursor.fetchall():
            if feed := found.get(name):
                feed.hours[HOURS - 1 - hour] += number
                feed.kinds |= set(kinds)
                for mark, count in zip(MARKS, marked, strict=True):
                    feed.marks[mark] += count
    return list(found.values())


def _stand(feed: FeedState, state: State, number: int, people: int, oldest: datetime) -> None:
    feed.standing[state] = number
    if state == State.PARKED:
        feed.parked_people = people
    if state in _UNREAD:
        feed.oldest_unread = min(oldest, feed.oldest_unread or oldest)


_STANDING: Final = (
    "SELECT feed, state, count(*), count(DISTINCT person), min(received_at)"
    " FROM portal_fhir_inboundmessage WHERE state = ANY(%s) GROUP BY feed, state"
)
_MARKED: Final = "".join(f", count(*) FILTER (WHERE {condition})" for condition in MARKS.values())
_LATELY: Final = f"""
SELECT feed, floor(extract(epoch FROM daybook_now() - received_at) / 3600)::int AS hour,
  count(*), array_agg(DISTINCT split_part(kind, '^', 1)){_MARKED}
FROM portal_fhir_inboundmessage WHERE state = ANY(%s) AND {LATELY} GROUP BY 1, 2
"""  # noqa: S608 (the parts are ours)


# When the first audit row that has no link yet was written: one step in the index, however many
# wait while no relay runs.
_UNLINKED: Final = (
    "SELECT at FROM portal_fhir_auditentry"
    " WHERE id > (SELECT coalesce(max(entry), 0) FROM portal_fhir_auditlink) ORDER BY id LIMIT 1"
)
_BACKLOG: Final = f"""
SELECT coalesce((SELECT daybook_now() - min(due_at) FROM portal_fhir_delivery), '0'),
  coalesce((SELECT daybook_now() - min(due_at) FROM portal_fhir_inboundmessage
    WHERE state IN ('waiting', 'retry') AND attempts = 0), '0'),
  coalesce(daybook_now() - ({_UNLINKED}), '0')
"""  # noqa: S608 (the parts are ours)


def backlog() -> Backlog:
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute(_BACKLOG)
        ages = (max(age, timedelta(0)) for age in cursor.fetchone())
    return Backlog(*ages)


@dataclass(frozen=True, slots=True)
class Heard:
    """A feed that a patient's results come from; `kind` is "HL7" or "FHIR"."""

    kind: str
    section: str | None
    phone: str
    last_at: datetime
    is_silent: bool


@dataclass(frozen=True, slots=True)
class News:
    """Whether news reach a patient's record.

    `feeds` are those behind the results that they may see, so that nothing tells of one that is
    withheld; `parked_since` is when a message of theirs came that cannot be read, `undone_since`
    when the oldest piece of the relay's work fell due, whoever it is about.
    """

    feeds: tuple[Heard, ...]
    parked_since: datetime | None
    undone_since: datetime | None


def news_of(patient: str) -> News:
    """Return what is known of this patient's news, in one query."""
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute(_NEWS, {"patient": patient, "hiding": int(_HIDING)})
        rows = cursor.fetchall()
    *_, parked_since, undone_since = rows[0]
    return News(tuple(Heard(*row[:-2]) for row in rows if row[0]), parked_since, undone_since)


def _live() -> Iterator[FeedState]:
    """Yield the feeds that somebody outside may speak through."""
    for one in known():
        if one.revoked_at is None and (one.sender or one.token_digest):
            silence = timedelta(minutes=one.silence_minutes)
            yield FeedState(
                one.name, one.ods, one.sender or "", one.phone, silence, one.last_used_at
            )


_HIDING: Final = HIDING & ~(Label.SENSITIVE | Label.TEAM_ONLY)
# The newest reports tell which feeds matter; older ones may be of a system long gone.
_NEWS: Final = f"""
WITH parked AS (
  SELECT min(m.received_at) AS since FROM portal_fhir_inboundmessage m
  WHERE m.state = 'parked' AND (m.patient = %(patient)s OR m.person = ANY(
    SELECT int8send(hash) FROM portal_fhir_token
    WHERE patient = %(patient)s AND resource_type = 'Patient' AND name = 'identifier'))),
source AS (
  SELECT DISTINCT source FROM (
    SELECT source FROM portal_fhir_resource
    WHERE patient = %(patient)s AND resource_type = 'DiagnosticReport' AND labels & %(hiding)s < 1
    ORDER BY at DESC NULLS LAST, number DESC LIMIT 20) newest)
SELECT CASE WHEN f.name IS NULL THEN '' WHEN f.sender IS NULL THEN 'FHIR' ELSE 'HL7' END,
  f.reading ->> 'section', f.phone, f.last_used_at,
  f.last_used_at < daybook_now() - f.silence_minutes * interval '1 minute', parked.since,
  ({_UNLINKED})
FROM parked LEFT JOIN portal_fhir_feed f ON f.name IN (SELECT source FROM source)
  AND f.revoked_at IS NULL AND (f.sender IS NOT NULL OR f.token_digest IS NOT NULL)
  AND f.last_used_at IS NOT NULL
"""  # noqa: S608 (the parts are ours)

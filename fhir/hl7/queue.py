"""What operators see of the inbox, and what they may do: read again, or set aside.

No function here gives away what a message says but `raw_of`, which its caller must account for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection

from fhir.access import SYSTEM
from fhir.hl7.inbox import State
from fhir.scope import scoped

_COLUMNS: Final = (
    "id, feed, control_id, kind, state, attempts, received_at, due_at, done_at, out_of_order,"
    " reused_control_id, place, error, note, patient"
)
# What an operator may have read again: not what is being read, nor what waits its turn.
STANDING: Final = (State.PARKED, State.REVIEW, State.UNMATCHED, State.NOT_MAPPED, State.SET_ASIDE)


# What a message may be marked with, which needs no act: the conditions, and for how long.
MARKS: Final = {
    "late": "(out_of_order OR note LIKE '%%kept as history%%')",
    "reused": "reused_control_id",
}
# A message is due when it is done with, so that an index serves: none older is looked at.
LATELY: Final = (
    "due_at > daybook_now() - interval '24 hours'"
    " AND received_at > daybook_now() - interval '24 hours' AND received_at <= daybook_now()"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A message as a list shows it; `place` and `error` hold no value of it."""

    id: int
    feed: str
    control_id: str
    kind: str
    state: State
    attempts: int
    received_at: datetime
    due_at: datetime
    done_at: datetime | None
    out_of_order: bool
    reused_control_id: bool
    place: str
    error: str
    note: str
    patient: str


def listed(
    states: Sequence[State] = (),
    feed: str = "",
    before: int | None = None,
    count: int = 50,
    mark: str = "",
) -> list[Entry]:
    """Return messages, the newest first; `before` is the number of the last one of a page.

    `mark` asks for those of the last 24 hours with a mark of `MARKS`, wherever they stand.
    """
    # Said one by one, so that each list is read from the index that holds it.
    conditions = ["state = ANY(%s)"]
    parameters: list[Any] = [list(states or State)]
    if mark:
        conditions.append(f"{MARKS[mark]} AND {LATELY}")
    if feed:
        conditions.append("feed = %s")
        parameters.append(feed)
    if before is not None:
        conditions.append("id < %s")
        parameters.append(before)
    where = " AND ".join(conditions)
    return _entries(f"{where} ORDER BY id DESC LIMIT %s", [*parameters, count])


def entry(number: int) -> Entry | None:
    return next(iter(_entries("id = %s", [number])), None)


def raw_of(number: int) -> bytes:
    """Return a message's bytes, or none where there is no such message."""
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT raw FROM portal_fhir_inboundmessage WHERE id = %s", [number])
        row = cursor.fetchone()
    return bytes(row[0]) if row else b""


def counts() -> dict[State, int]:
    """Return how many messages stand in each state; those done are not counted."""
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            "SELECT state, count(*) FROM portal_fhir_inboundmessage WHERE state = ANY(%s)"
            " GROUP BY state",
            [[state for state in State if state != State.DONE]],
        )
        return {State(state): number for state, number in cursor.fetchall()}


def read_again(numbers: Sequence[int]) -> list[int]:
    """Let messages be read again from the beginning and return those that will be.

    What they said before is not written twice: it has the same names.
    """
    return _moved(numbers, State.WAITING, (*STANDING, State.DONE, State.RETRY), "")


def set_aside(numbers: Sequence[int], note: str) -> list[int]:
    """Let messages hold nobody up any more and return them; `note` says who decided and why."""
    return _moved(numbers, State.SET_ASIDE, (*STANDING, State.WAITING, State.RETRY), note)


def holds_up(patient: str) -> bool:
    """Whether a parked message keeps news of this patient from their record."""
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM portal_fhir_inboundmessage m WHERE m.state = 'parked'"
            " AND (m.patient = %s OR m.person = ANY(SELECT int8send(hash) FROM portal_fhir_token"
            " WHERE patient = %s AND resource_type = 'Patient' AND name = 'identifier')))",
            [patient, patient],
        )
        found: bool = cursor.fetchone()[0]
    return found


def _moved(numbers: Sequence[int], to: State, since: Sequence[State], note: str) -> list[int]:
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE portal_fhir_inboundmessage SET state = %s, attempts = 0, place = '',"
            " error = '', due_at = daybook_now(), note = CASE WHEN %s = '' THEN note ELSE %s END"
            " WHERE id = ANY(%s) AND state = ANY(%s) RETURNING id",
            [to, note, note, list(numbers), list(since)],
        )
        return sorted(row[0] for row in cursor.fetchall())


def _entries(condition: str, parameters: list[Any]) -> list[Entry]:
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_COLUMNS} FROM portal_fhir_inboundmessage WHERE {condition}",  # noqa: S608 (both are ours)
            parameters,
        )
        names = [column.name for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return [Entry(**row | {"state": State(row["state"])}) for row in rows]

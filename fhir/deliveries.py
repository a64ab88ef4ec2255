"""The relay's part of the event log: subscribers are told what they are owed.

Each on its own, again and again until it succeeds; what it does, and that it was told, are one
transaction.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.utils.module_loading import import_string

from fhir import arrays
from fhir.access import SYSTEM
from fhir.changes import COLUMNS, Change, change_of
from fhir.scope import scoped

logger = logging.getLogger(__name__)

RETRIES: Final = (1, 5, 30, 300, 3600)  # seconds after which a subscriber that fails is told again
MOST: Final = 100  # deliveries taken at once

Subscriber = Callable[[Sequence[Change]], None]


@dataclass(frozen=True, slots=True)
class _Delivery:
    """What one subscriber is owed: what one transaction changed of one patient."""

    id: int
    subscriber: str
    attempts: int
    changes: list[Change]


def deliver_next(limit: int = MOST) -> int:
    """Tell subscribers of the changes they are owed; return how many deliveries were taken.

    A subscriber that fails is told again later, alone; the others are not held up.
    """
    due: list[_Delivery] = []
    try:
        with scoped(SYSTEM, (_DUE, [limit])) as (answer,):
            due = _deliveries(answer.rows)
            for one in due:
                subscriber: Subscriber = import_string(one.subscriber)
                subscriber(one.changes)
            if due:
                arrays.ask(_DONE, [[one.id for one in due]])
    except Exception as fault:
        if not due:
            raise
        if len(due) > 1:
            return sum(deliver_next(1) for _ in due)
        _later(due[0], type(fault).__name__)
    return len(due)


def _deliveries(rows: Iterable[Sequence[Any]]) -> list[_Delivery]:
    found: dict[int, _Delivery] = {}
    for delivery, name, attempts, *change in rows:
        one = found.setdefault(delivery, _Delivery(delivery, name, attempts, []))
        one.changes.append(change_of(change))
    return list(found.values())


def _later(one: _Delivery, error: str) -> None:
    """Have it told again; the fault's type is named, for its words may hold a value."""
    logger.error("subscriber %s failed: %s", one.subscriber, error)
    wait = timedelta(seconds=RETRIES[min(one.attempts, len(RETRIES) - 1)])
    with scoped(SYSTEM):
        arrays.ask(_LATER, [error, wait.total_seconds(), one.id])


_DONE: Final = "DELETE FROM portal_fhir_delivery WHERE id = ANY(%b::bigint[])"
_LATER: Final = """
UPDATE portal_fhir_delivery SET attempts = attempts + 1, error = %s,
  due_at = daybook_now() + %s * interval '1 second' WHERE id = %s
"""
_DUE: Final = f"""
SELECT d.id, d.subscriber, d.attempts, {COLUMNS}
FROM (SELECT id, patient, seq, subscriber, attempts, due_at FROM portal_fhir_delivery
  WHERE due_at <= daybook_now() ORDER BY due_at, id LIMIT %s FOR UPDATE SKIP LOCKED) d
JOIN portal_fhir_change r ON r.patient = d.patient AND r.seq = d.seq ORDER BY d.due_at, d.id, r.n
"""

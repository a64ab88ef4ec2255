"""The second wall: each call tells the database, for one transaction, whom the viewer may see.

Row-level security (migration 0003) reads these two settings. Unset means no rows.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from psycopg.pq import TransactionStatus

from fhir import arrays
from fhir.access import Viewer

_SET = "SELECT set_config('daybook.patients', %s, true), set_config('daybook.sees', %s, true)"
_UNSET = ("", "")
_READ = "SELECT current_setting('daybook.patients', true), current_setting('daybook.sees', true)"
# What the scopes around us have set, kept on the connection: one within the same asks for nothing.
_KEPT = "daybook_scope"


@contextmanager
def scoped(
    viewer: Viewer, *first: arrays.Asked, undoes: bool = True
) -> Iterator[list[arrays.Answer]]:
    """Open a transaction in which the database shows what `viewer` may see, and no more.

    It begins with the statements of `first`, in the same journey, and gives their answers. Inside
    another transaction the outer viewer's settings come back at the end; where it fails, the
    database takes them back by itself with all else. What leaves nothing to undo, such as reading,
    or is undone by whoever called it, needs no savepoint within the same scope.
    """
    outer: tuple[str, str] | None = getattr(connection, _KEPT, None)
    wanted = (viewer.scope, str(viewer.sees))
    nested = connection.in_atomic_block
    if nested and wanted == outer and not undoes:
        yield arrays.in_turn(*first)
        return
    if nested and outer and not undoes:
        with _within(wanted, outer):
            yield arrays.in_turn(*first)
        return
    with transaction.atomic():
        if nested and wanted == outer:
            yield arrays.in_turn(*first)
            return
        before = (outer or _asked()) if nested else _UNSET
        answers = _set(wanted, *first)
        setattr(connection, _KEPT, wanted)
        try:
            yield answers
        finally:
            setattr(connection, _KEPT, outer)
        if nested:
            _set(before)


@contextmanager
def _within(wanted: tuple[str, str], outer: tuple[str, str]) -> Iterator[None]:
    """Show something else for a while; where a statement fails, so has the transaction around."""
    _set(wanted)
    setattr(connection, _KEPT, wanted)
    try:
        yield
    finally:
        setattr(connection, _KEPT, outer)
        if connection.connection.info.transaction_status == TransactionStatus.INTRANS:
            _set(outer)


def fetched_as(viewer: Viewer, statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Return the rows of one statement as a viewer may see them, in one journey.

    Outside a transaction it is one of its own.
    """
    outer: tuple[str, str] | None = getattr(connection, _KEPT, None)
    wanted = (viewer.scope, str(viewer.sees))
    if not connection.in_atomic_block:
        return arrays.in_turn((_SET, wanted), (statement, values))[1].rows
    if outer and outer != wanted:
        # Where it fails, so has the transaction around.
        return arrays.in_turn((_SET, wanted), (statement, values), (_SET, outer))[1].rows
    with scoped(viewer, undoes=False):
        return arrays.ask(statement, values).rows


def _asked() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(_READ)
        patients, sees = cursor.fetchone()
    return patients or "", sees or ""


def _set(scope: tuple[str, str], *then: arrays.Asked) -> list[arrays.Answer]:
    return arrays.in_turn((_SET, scope), *then)[1:]

"""Send many rows in one statement, one array a column, in PostgreSQL's binary form.

Text forms of arrays are quoted letter by letter in Python: a hundred times the CPU. And several
statements in one journey to the database and back: for short ones the way costs more than the work.
"""

from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any, Final, NamedTuple

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections

from fhir.packing import Packed, PackedDumper, packed

Driver = psycopg.Connection[tuple[Any, ...]]
# A statement and its values; those for `%b` are arrays.
Asked = tuple[str, Sequence[Any]]
_KEPT: Final = "daybook_cursors"


class Answer(NamedTuple):
    """What a statement returned, and how many rows it touched."""

    rows: list[tuple[Any, ...]]
    touched: int


def ask(statement: str, values: Sequence[Any]) -> Answer:
    """Execute one statement; values for `%b` are lists."""
    return in_turn((statement, values))[0]


def execute(statement: str, columns: Sequence[Sequence[Any]]) -> int:
    """Execute a statement whose placeholders are `%b`, and return how many rows it touched."""
    return ask(statement, [*map(list, columns)]).touched


def fetch(statement: str, columns: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
    """Execute a query whose placeholders are `%b`, and return its rows."""
    return ask(statement, [*map(list, columns)]).rows


def as_one(statements: Sequence[tuple[str, Sequence[Sequence[Any]]]]) -> Asked:
    """Return one statement that does what several do, each of which touches different rows."""
    if len(statements) == 1:
        text, columns = statements[0]
        return text, [*map(list, columns)]
    parts = ", ".join(f"s{n} AS ({text})" for n, (text, _) in enumerate(statements))
    return f"WITH {parts} SELECT", [list(one) for _, columns in statements for one in columns]


def in_turn(*asked: Asked) -> list[Answer]:
    """Execute statements one after the other in one journey; each sees what those before it did."""
    if not asked:
        return []
    own = connections[DEFAULT_DB_ALIAS]
    own.ensure_connection()
    driver = own.connection
    with own.wrap_database_errors:
        cursors = _cursors(driver, len(asked))
        # Answers are read once it has ended: until then what is long may wait for ever to be sent.
        with driver.pipeline() if len(asked) > 1 else nullcontext():
            for cursor, (statement, values) in zip(cursors, asked, strict=True):
                cursor.execute(statement, packed(statement, values), binary=True)
        if own.queries_logged:
            own.queries_log.extend({"sql": statement, "time": ""} for statement, _ in asked)
        return [_answer(one) for one in cursors]


def _cursors(driver: Driver, count: int) -> list[psycopg.Cursor]:
    """Return cursors that stay with their connection: each learns but once what types there are."""
    kept: list[psycopg.Cursor] = driver.__dict__.setdefault(_KEPT, [])
    while len(kept) < count:
        kept.append(psycopg.Cursor(driver))
        kept[-1].adapters.register_dumper(Packed, PackedDumper)
    return kept[:count]


def _answer(cursor: psycopg.Cursor) -> Answer:
    return Answer([] if cursor.rownumber is None else cursor.fetchall(), cursor.rowcount)

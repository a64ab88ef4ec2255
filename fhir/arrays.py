"""Send many rows in one statement, one array a column, in PostgreSQL's binary form.

Text forms of arrays are quoted letter by letter in Python: a hundred times the CPU. And several
statements in one journey to the database and back: for short ones the way costs more than the work.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import psycopg
from django.db import connection

# A statement and its values; those for `%b` are arrays.
Asked = tuple[str, Sequence[Any]]


class Answer(NamedTuple):
    """What a statement returned, and how many rows it touched."""

    rows: list[tuple[Any, ...]]
    touched: int


def ask(statement: str, values: Sequence[Any]) -> Answer:
    """Execute one statement; values for `%b` are lists."""
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        return _answer(cursor.execute(statement, values))


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
    if len(asked) < 2:  # noqa: PLR2004 (nothing to send together)
        return [ask(*one) for one in asked]
    connection.ensure_connection()
    with connection.wrap_database_errors:
        cursors = [psycopg.Cursor(connection.connection) for _ in asked]
        # Answers are read once it has ended: until then what is long may wait for ever to be sent.
        with connection.connection.pipeline():
            for cursor, (statement, values) in zip(cursors, asked, strict=True):
                cursor.execute(statement, values)
        return [_answer(one) for one in cursors]


def _answer(cursor: psycopg.Cursor[tuple[Any, ...]]) -> Answer:
    return Answer(cursor.fetchall() if cursor.description else [], cursor.rowcount)

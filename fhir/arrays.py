"""Send many rows in one statement, one array a column, in PostgreSQL's binary form.

Text forms of arrays are quoted letter by letter in Python: a hundred times the CPU.
"""

from collections.abc import Sequence
from typing import Any

import psycopg
from django.db import connection


def execute(statement: str, columns: Sequence[Sequence[Any]]) -> int:
    """Execute a statement whose placeholders are `%b`, and return how many rows it touched."""
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(statement, [*map(list, columns)])
        return cursor.rowcount


def execute_all(statements: Sequence[tuple[str, Sequence[Sequence[Any]]]]) -> None:
    """Execute statements that touch different rows, in one journey to the database and back."""
    if len(statements) > 1:
        parts = ", ".join(f"s{n} AS ({text})" for n, (text, _) in enumerate(statements))
        columns = [column for _, columns in statements for column in columns]
        execute(f"WITH {parts} SELECT", columns)
    elif statements:
        execute(*statements[0])


def fetch(statement: str, columns: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
    """Execute a query whose placeholders are `%b`, and return its rows."""
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(statement, [*map(list, columns)])
        return cursor.fetchall()

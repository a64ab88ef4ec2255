"""The rows that a piece of work writes, to be inserted bare into tables made like theirs."""

import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import connection

from fhir.access import SYSTEM
from fhir.scope import scoped

TABLES = (
    "portal_claim",
    "portal_clinicslot",
    "portal_fhir_auditentry",
    "portal_fhir_change",
    "portal_fhir_date",
    "portal_fhir_delivery",
    "portal_fhir_reference",
    "portal_fhir_resource",
    "portal_fhir_stream",
    "portal_fhir_text",
    "portal_fhir_token",
    "portal_fhir_version",
    "portal_fhir_words",
)
# Made anew for each copy, so that keys and constraints hold as they do for real rows.
_NAMES = {"patient", "slot", "ticket", "clinician", "request", "logical_id"}
_KEYS = {"key", "series"}
_NUMBERS = {"number"}
_OWN = {"id"}  # the table gives it


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it was written, and the statement that inserts one like it."""

    statement: str
    columns: tuple[str, ...]
    values: tuple[Any, ...]

    def anew(self, copy: int) -> list[Any]:
        """Return its values as those of another."""
        return [
            _anew(name, value, copy) for name, value in zip(self.columns, self.values, strict=True)
        ]


def prepare(superuser: psycopg.Connection) -> None:
    """Make a table like each of the service's own, with its indexes and constraints."""
    for table in TABLES:
        superuser.execute(f"CREATE TABLE bench_{table} (LIKE {table} INCLUDING ALL)")
        superuser.execute(f"GRANT ALL ON bench_{table} TO daybook_app")


def written_by(work: Callable[[], object]) -> list[Row]:
    """Do some work within the transaction under way, and return the rows that it wrote."""
    before = {table: {place for place, *_ in _rows(table, "ctid::text")[1]} for table in TABLES}
    work()
    return [row for table in TABLES for row in _new(table, before[table])]


def insert(rows: Sequence[Row], copy: int) -> None:
    with connection.cursor() as cursor:
        for row in rows:
            cursor.execute(row.statement, row.anew(copy))


def _new(table: str, before: set[str]) -> Iterator[Row]:
    """Give the rows that lie where none lay before: an updated row lies at a new place too."""
    names, found = _rows(table, "ctid::text, t.*")
    kept = [n for n, name in enumerate(names) if n and name not in _OWN]
    columns = tuple(names[n] for n in kept)
    places = ", ".join(["%s"] * len(columns))
    statement = f"INSERT INTO bench_{table} ({', '.join(columns)}) VALUES ({places})"
    for row in found:
        if row[0] not in before:
            yield Row(statement, columns, tuple(row[n] for n in kept))


def _rows(table: str, columns: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {table} t")
        return [column.name for column in cursor.description], cursor.fetchall()


def _anew(name: str, value: Any, copy: int) -> Any:
    if name in _NAMES and value:
        return f"{value}-{copy}"
    if name in _NUMBERS:
        return value + 1000 * (copy + 1)
    return uuid.uuid4() if name in _KEYS and value else value

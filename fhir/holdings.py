"""What the store holds at some addresses: what an arriving bundle must know before it writes."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection

from fhir import arrays


@dataclass(frozen=True, slots=True)
class Holding:
    """What the store holds at an address."""

    source: str
    patient: str
    version: int
    labels: int
    text: str


# Of the resource `r`, as a Holding takes them.
COLUMNS: Final = (
    "r.source, r.patient, r.version, r.labels,"
    " CASE WHEN r.resource_type = 'Patient' THEN r.text ELSE '' END"
)


def held(addresses: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Holding]:
    wanted = list(addresses)
    if not wanted:
        return {}
    rows = arrays.fetch(
        f"SELECT r.resource_type, r.logical_id, {COLUMNS} FROM portal_fhir_resource r"
        " WHERE (r.resource_type, r.logical_id) IN (SELECT * FROM unnest(%b::text[], %b::text[]))",
        list(zip(*wanted, strict=True)),
    )
    return {(row[0], row[1]): Holding(*row[2:]) for row in rows}


def texts(addresses: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Return the current text at each address that there is."""
    wanted = list(addresses)
    if not wanted:
        return {}
    rows = arrays.fetch(
        "SELECT resource_type, logical_id, text FROM portal_fhir_resource"
        " WHERE (resource_type, logical_id) IN (SELECT * FROM unnest(%b::text[], %b::text[]))",
        list(zip(*wanted, strict=True)),
    )
    return {(row[0], row[1]): row[2] for row in rows}


def stated_at(resource_type: str, logical_id: str) -> datetime | None:
    """Return when the sender of the current version said it, if that is known."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT stated_at FROM portal_fhir_resource"
            " WHERE resource_type = %s AND logical_id = %s",
            [resource_type, logical_id],
        )
        row = cursor.fetchone()
    return row[0] if row else None


def patients_among(keys: Collection[str]) -> set[str]:
    if not keys:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT logical_id FROM portal_fhir_resource"
            " WHERE resource_type = 'Patient' AND logical_id = ANY(%s)",
            [list(keys)],
        )
        return {row[0] for row in cursor.fetchall()}

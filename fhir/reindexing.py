"""Fill the search index anew from the stored text, after the table of parameters has changed."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from django.db import connection

from fhir import arrays
from fhir.access import SYSTEM
from fhir.indexing import Indexed, clearing, filling
from fhir.raw import parse
from fhir.scope import scoped
from fhir.search.values import index_of

_AT_ONCE: Final = 500
_NEXT: Final = (
    "SELECT patient, number, text FROM portal_fhir_resource WHERE resource_type = %s"
    " AND (patient, number) > (%s, %s) ORDER BY patient, number LIMIT %s FOR UPDATE"
)


def reindex(resource_type: str) -> Iterator[int]:
    """Renew the index of every resource of a type, and yield after each few how many they were.

    Each few are one transaction: the service goes on, and what is stopped can be begun again.
    """
    last: tuple[str, int] = ("", 0)
    while True:
        with scoped(SYSTEM):
            with connection.cursor() as cursor:
                cursor.execute(_NEXT, [resource_type, *last, _AT_ONCE])
                rows = cursor.fetchall()
            if not rows:
                return
            _renew(resource_type, rows)
        last = rows[-1][:2]
        yield len(rows)


def _renew(resource_type: str, rows: Sequence[tuple[Any, ...]]) -> None:
    found = [
        Indexed(patient, number, resource_type, index_of(parse(text).resource))
        for patient, number, text in rows
    ]
    arrays.in_turn(arrays.as_one(clearing(found)), *filling(found))

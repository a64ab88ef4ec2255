"""Under which names a feed knows a resource, so that the same thing sent again is the same thing.

A name is a business identifier, a full URL, or the feed's own id. Names of people's resources are
the feed's own; those of shared types (a practitioner, an organisation) hold for every feed.
"""

import hashlib
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

from fhir.labels import SHARED_TYPES
from fhir.paths import Json


class Raced(Exception):
    """Another transaction gave one of the names away first: begin again."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a resource stands in the store."""

    resource_type: str
    id: str
    patient: str

    def __str__(self) -> str:
        return f"{self.resource_type}/{self.id}"


Key = tuple[uuid.UUID, str]


def url_key(feed: str, resource_type: str, full_url: str) -> Key:
    """Return the key of a full URL, or of a feed's own "Type/id"."""
    return _key(feed, resource_type, "url", full_url)


def identifier_key(feed: str, resource_type: str, system: str, value: str) -> Key:
    """Return the key of a business identifier."""
    return _key(feed, resource_type, "identifier", f"{system}|{value}")


def identifier_keys(feed: str, resource: Json) -> Iterator[Key]:
    """Yield the keys of a resource's business identifiers that name their system."""
    found = resource.get("identifier", [])
    for identifier in found if isinstance(found, list) else [found]:
        if identifier.get("system") and identifier.get("value"):
            yield identifier_key(
                feed, resource["resourceType"], identifier["system"], identifier["value"]
            )


def reference_key(feed: str, reference: str) -> Key | None:
    """Return the key that a reference to something sent before stands for, if it can be one."""
    place, question, query = reference.partition("?")
    if question:
        system, _, value = query.removeprefix("identifier=").partition("|")
        known = query.startswith("identifier=") and value
        return identifier_key(feed, place, system, value) if known else None
    parts = place.split("/")
    return url_key(feed, parts[-2], reference) if len(parts) > 1 else None


def find(keys: Iterable[Key]) -> dict[Key, Address]:
    """Return the addresses of the keys that are known, in one query."""
    wanted = set(keys)
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT key, resource_type, logical_id, patient FROM portal_fhir_origin WHERE"
            " (key, resource_type) IN (SELECT * FROM unnest(%s::uuid[], %s::text[]))",
            [list(column) for column in zip(*wanted, strict=True)],
        )
        return {(row[0], row[1]): Address(*row[1:]) for row in cursor.fetchall()}


def keep(names: Mapping[Key, Address]) -> None:
    """Remember names.

    :raises Raced: one of them was given to another resource meanwhile.
    """
    if not names:
        return
    rows: list[tuple[Any, ...]] = [
        (key[0], key[1], address.id, address.patient) for key, address in names.items()
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO portal_fhir_origin (key, resource_type, logical_id, patient)"
            " SELECT * FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[])"
            " ON CONFLICT DO NOTHING",
            [list(column) for column in zip(*rows, strict=True)],
        )
        if cursor.rowcount != len(rows):
            raise Raced


def _key(feed: str, resource_type: str, kind: str, value: str) -> Key:
    owner = "" if resource_type in SHARED_TYPES and kind == "identifier" else feed
    digest = hashlib.sha256(f"{owner}\0{kind}\0{value}".encode()).digest()
    return uuid.UUID(bytes=digest[:16]), resource_type

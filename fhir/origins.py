"""Under which names a feed knows a resource, so that the same thing sent again is the same thing.

A name is a business identifier, a full URL, or the feed's own id. Names of people's resources are
the feed's own; those of shared types (a practitioner, an organisation) hold for every feed.
"""

import hashlib
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from fhir import arrays, holdings
from fhir.holdings import Holding
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

_OF_MANY_NAMES = SHARED_TYPES | {"Patient"}


def url_key(feed: str, resource_type: str, full_url: str) -> Key:
    """Return the key of a full URL, or of a feed's own "Type/id"."""
    return _key(feed, resource_type, "url", full_url)


def identifier_key(feed: str, resource_type: str, system: str, value: str) -> Key:
    """Return the key of a business identifier."""
    return _key(feed, resource_type, "identifier", f"{system}|{value}")


def identifier_keys(feed: str, resource: Json) -> Iterator[Key]:
    """Yield the keys of a resource's business identifiers that name their system.

    People and shared types bear several of their own. Of anything else the first alone names it:
    those behind it are as often numbers of a group, an order or an episode.
    """
    resource_type = resource["resourceType"]
    found = resource.get("identifier", [])
    named = [
        identifier
        for identifier in (found if isinstance(found, list) else [found])
        if identifier.get("system") and identifier.get("value")
    ]
    for identifier in named if resource_type in _OF_MANY_NAMES else named[:1]:
        yield identifier_key(feed, resource_type, identifier["system"], identifier["value"])


def reference_key(feed: str, reference: str) -> Key | None:
    """Return the key that a reference to something sent before stands for, if it can be one."""
    place, question, query = reference.partition("?")
    if question:
        system, _, value = query.removeprefix("identifier=").partition("|")
        known = query.startswith("identifier=") and value
        return identifier_key(feed, place, system, value) if known else None
    parts = place.split("/")
    return url_key(feed, parts[-2], reference) if len(parts) > 1 else None


class Names:
    """What a feed's names lead to, each asked for once: to be used in one transaction."""

    def __init__(self) -> None:
        self._asked: set[Key] = set()
        self._found: dict[Key, Address] = {}
        # What is held at each address that was found.
        self.held: dict[tuple[str, str], Holding] = {}

    def find(self, keys: Iterable[Key]) -> dict[Key, Address]:
        """Return the addresses of the keys that are known."""
        wanted = set(keys)
        unasked = wanted - self._asked
        self._asked |= unasked
        rows = arrays.fetch(_FIND, list(zip(*unasked, strict=True))) if unasked else ()
        for key, resource_type, logical_id, patient, *held in rows:
            self._found[key, resource_type] = Address(resource_type, logical_id, patient)
            if held[0] is not None:
                self.held[resource_type, logical_id] = Holding(*held)
        return {key: self._found[key] for key in wanted if key in self._found}


_FIND: Final = f"""
SELECT o.key, o.resource_type, o.logical_id, o.patient, {holdings.COLUMNS}
FROM portal_fhir_origin o LEFT JOIN portal_fhir_resource r
  ON r.resource_type = o.resource_type AND r.logical_id = o.logical_id
WHERE (o.key, o.resource_type) IN (SELECT * FROM unnest(%b::uuid[], %b::text[]))
"""


def keep(names: Mapping[Key, Address]) -> None:
    """Remember names.

    :raises Raced: one of them was given to another resource meanwhile.
    """
    if not names:
        return
    rows = [(key[0], key[1], address.id, address.patient) for key, address in names.items()]
    kept = arrays.execute(
        "INSERT INTO portal_fhir_origin (key, resource_type, logical_id, patient)"
        " SELECT * FROM unnest(%b::uuid[], %b::text[], %b::text[], %b::text[])"
        " ON CONFLICT DO NOTHING",
        list(zip(*rows, strict=True)),
    )
    if kept != len(rows):
        raise Raced


def _key(feed: str, resource_type: str, kind: str, value: str) -> Key:
    owner = "" if resource_type in SHARED_TYPES and kind == "identifier" else feed
    digest = hashlib.sha256(f"{owner}\0{kind}\0{value}".encode()).digest()
    return uuid.UUID(bytes=digest[:16]), resource_type

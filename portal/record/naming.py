"""What references point to, by name: things inside a resource, and who and where beside it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from fhir.paths import Json, find
from fhir.store import Criteria, Repository, Stored
from portal.record import values, words

# What is worth reading for its name, and whose: the people and places are of no one's record.
SHARED: Final = frozenset(
    {
        "HealthcareService",
        "Location",
        "Medication",
        "Organization",
        "Practitioner",
        "PractitionerRole",
        "Questionnaire",
    }
)
MOST: Final = 200  # names looked up of one type; a page shows fewer
_DEEPEST: Final = 12
# A role is called by who has it.
_NAMES: Final = ("practitioner", "code", "name", "title", "type")


def names_inside(resource: Json) -> dict[str, str]:
    """Return the names of what a resource contains, by reference."""
    return {
        f"#{inside['id']}": name
        for inside in find(resource, "contained")
        if isinstance(inside, dict) and "id" in inside and (name := name_of(inside))
    }


def names_of(records: Repository, resources: Iterable[Stored]) -> dict[str, str]:
    """Return the names of the people, places and medicines that resources refer to.

    One query for all; what this viewer may not see has no name. Whoever reads is named as such.
    """
    wanted: dict[str, dict[str, None]] = {}
    named: dict[str, str] = {}
    for stored in resources:
        for reference in references_in(stored.json):
            resource_type, _, logical_id = reference.partition("/")
            if resource_type in SHARED:
                wanted.setdefault(resource_type, {})[logical_id] = None
            elif reference == records.viewer.who:
                named[reference] = values.READER
    return named | {
        f"{one.resource_type}/{one.id}": name
        for one in _read(records, wanted)
        if (name := name_of(one.json))
    }


def name_of(resource: Json) -> str:
    """Return what a thing is called: a medicine by its code, a person or a place by its name."""
    kind = str(resource.get("resourceType") or "")
    said = (values.said(find(resource, path)[:1]) for path in _NAMES)
    return next((name for one in said if (name := words.title(one, kind))), "")


def references_in(value: object, depth: int = 0) -> Iterator[str]:
    """Yield the references that have no name of their own."""
    if depth > _DEEPEST:
        return
    match value:
        case {"display": str(), "reference": str()}:
            return
        case {"reference": str(reference)}:
            yield reference
        case dict():
            for inner in value.values():
                yield from references_in(inner, depth + 1)
        case list():
            for inner in value:
                yield from references_in(inner, depth + 1)


def _read(records: Repository, wanted: Mapping[str, Mapping[str, None]]) -> list[Stored]:
    count = sum(map(len, wanted.values()))
    asked = [
        Criteria(resource_type, ids=list(ids)[:MOST], count=count)
        for resource_type, ids in wanted.items()
    ]
    return records.search_any(asked)[0]

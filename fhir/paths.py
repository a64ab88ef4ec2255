"""FHIR resources as JSON: what they are to us, and how their elements are reached."""

from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]


def find(resource: Json, path: str) -> list[Any]:
    """Return every value at the path, arrays opened up.

    >>> find({"name": [{"family": "Khan"}, {"family": "Begum"}]}, "name.family")
    ['Khan', 'Begum']
    """
    values: list[Any] = [resource]
    for name in path.split("."):
        values = [
            found
            for value in values
            if isinstance(value, dict)
            for found in _opened(value.get(name))
        ]
    return values


def first(resource: Json, path: str) -> Any:
    """Return the first value at the path, or None."""
    return next(iter(find(resource, path)), None)


def _opened(value: Any) -> Iterator[Any]:
    if isinstance(value, list):
        yield from (item for item in value if item is not None)
    elif value is not None:
        yield value

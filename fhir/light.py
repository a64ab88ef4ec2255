"""A short copy of a long resource, for lists: without long texts and without the files in it."""

from typing import Any, Final

from fhir.paths import Json
from fhir.raw import dump

LONG: Final = 20_000  # characters of a resource that lists do not read whole
_LONGEST_TEXT: Final = 500
_MOST: Final = 50  # of a list within it


def light_of(resource: Json, text: str) -> str | None:
    """Return the short copy of a resource, or None where it is short as it is."""
    return dump(_lightened(resource)) if len(text) > LONG else None


def _lightened(value: Any) -> Any:
    match value:
        case dict():
            found = {name: _lightened(one) for name, one in value.items() if not _is_long(one)}
            data = value.get("data")
            if isinstance(data, str) and "data" not in found:
                found.setdefault("size", len(data) * 3 // 4)
            return found
        case list():
            return [_lightened(one) for one in value[:_MOST] if not _is_long(one)]
        case _:
            return value


def _is_long(value: Any) -> bool:
    return isinstance(value, str) and len(value) > _LONGEST_TEXT

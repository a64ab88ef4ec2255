"""References of a resource: which there are, and how they are changed in its text and no more."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from fhir.paths import Json

# Elements whose whole value is an address: those that a transaction must follow.
_ADDRESSES: Final = frozenset({"reference", "url", "uri", "valueUri", "valueUrl"})
_STRING: Final = r'"(?:[^"\\]|\\.)*"'
_COLON: Final = r"[ \t\n\r]*:[ \t\n\r]*"
# A name that is one of them, and its string. Within a string quotes are escaped, so that what
# matches is always a member.
_MEMBER: Final = re.compile(rf'("(?:{"|".join(sorted(_ADDRESSES))})"{_COLON})({_STRING})')
# For names written with escapes: every string is taken whole, a member's with its value.
_ANY_MEMBER: Final = re.compile(rf"({_STRING}{_COLON})({_STRING})|{_STRING}")


def references_in(resource: Json) -> list[str]:
    """Return what the resource refers to, each once, without what it contains itself."""
    return list(dict.fromkeys(_references(resource)))


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "reference" and isinstance(inner, str):
                if not inner.startswith("#"):
                    yield inner
            elif isinstance(inner, dict | list):
                yield from _references(inner)
    else:
        for inner in value:
            if isinstance(inner, dict | list):
                yield from _references(inner)


def with_references(text: str, mapping: Mapping[str, str]) -> str:
    """Return the text of a resource with each address replaced that the mapping names.

    Every other character stays as it was sent.
    """
    if not mapping:
        return text

    def replaced(found: re.Match[str]) -> str:
        member, value = found.groups()
        if member is None or _name_of(member) not in _ADDRESSES:
            return found[0]
        target = mapping.get(json.loads(value) if "\\" in value else value[1:-1])
        return found[0] if target is None else f"{member}{json.dumps(target, ensure_ascii=False)}"

    return (_ANY_MEMBER if "\\u00" in text else _MEMBER).sub(replaced, text)


def followed(value: Any, mapping: Mapping[str, str]) -> Any:
    """Return the parsed resource changed as `with_references` changes its text."""
    if isinstance(value, dict):
        return {
            name: mapping.get(inner, inner)
            if isinstance(inner, str) and name in _ADDRESSES
            else followed(inner, mapping)
            for name, inner in value.items()
        }
    return [followed(inner, mapping) for inner in value] if isinstance(value, list) else value


def _name_of(member: str) -> str:
    quoted = member[: member.rindex(":")].rstrip()
    return str(json.loads(quoted))

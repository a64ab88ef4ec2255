"""Arrays in PostgreSQL's binary form, made by what their placeholders say: `%b::text[]`.

The driver looks at each element to find out what it is: several times the CPU.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from struct import Struct
from typing import Any, Final
from uuid import UUID

from psycopg.adapt import Dumper
from psycopg.pq import Format

_PLACEHOLDER: Final = re.compile(r"%(?:%|s|b(?:::(\w+)\[\])?)")
_HEAD: Final = Struct(">iiIii")  # dimensions, whether any may be null, of what, how many, from 1
_LENGTH: Final = Struct(">i")
_NULL: Final = _LENGTH.pack(-1)
_FIRST: Final = datetime(2000, 1, 1, tzinfo=UTC)
_UNIT: Final = timedelta(microseconds=1)
_BIG: Final = Struct(">q").pack


def _moment(value: datetime) -> bytes:
    return _BIG((value - _FIRST) // _UNIT)


def _uuid(value: UUID) -> bytes:
    return value.bytes


# By their names, PostgreSQL's numbers of types, and how a value is written.
_KINDS: Final[Mapping[str, tuple[int, Callable[[Any], bytes]]]] = {
    "bool": (16, Struct("?").pack),
    "bytea": (17, bytes),
    "bigint": (20, _BIG),
    "int": (23, Struct(">i").pack),
    "text": (25, str.encode),
    "timestamptz": (1184, _moment),
    "uuid": (2950, _uuid),
}


class Packed(bytes):
    """An array as it is sent."""

    __slots__ = ()


class PackedDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: Packed) -> Packed:
        return obj


def packed(statement: str, values: Sequence[Any] | Mapping[str, Any]) -> Any:
    """Return the values of a statement with its arrays packed; those by name have none."""
    if isinstance(values, Mapping):
        return values
    kinds = _kinds(statement)
    return [_array(kind, one) if kind else one for kind, one in zip(kinds, values, strict=True)]


@lru_cache(maxsize=512)
def _kinds(statement: str) -> tuple[str, ...]:
    found = _PLACEHOLDER.finditer(statement)
    return tuple(one[1] or "" for one in found if one[0] != "%%")


def _array(kind: str, values: Sequence[Any]) -> Packed:
    number, write = _KINDS[kind]
    if not values:
        return Packed(_HEAD.pack(0, 0, number, 0, 0)[:12])
    parts = [_HEAD.pack(1, 1, number, len(values), 1)]
    for value in values:
        if value is None:
            parts.append(_NULL)
        else:
            said = write(value)
            parts += _LENGTH.pack(len(said)), said
    return Packed(b"".join(parts))

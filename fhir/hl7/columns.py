"""Many values given to the database as one array, in its own binary form.

The driver's way with lists asks of each value what it is; here that is known.
"""

from struct import Struct
from typing import Any, ClassVar, Final

import psycopg
from psycopg.adapt import Dumper
from psycopg.postgres import types
from psycopg.pq import Format

_HEAD: Final = Struct("!iiIii").pack  # dimensions, whether there are nulls, type, length, first
_LENGTH: Final = Struct("!i").pack


class Texts(tuple[str, ...]):
    __slots__ = ()


class Blobs(tuple[bytes, ...]):
    __slots__ = ()


class Flags(tuple[bool, ...]):
    __slots__ = ()


def register(connection: psycopg.AsyncConnection[Any]) -> None:
    """Let a connection take them as parameters."""
    for kind, dumper in ((Texts, _Texts), (Blobs, _Blobs), (Flags, _Flags)):
        connection.adapters.register_dumper(kind, dumper)


class _Blobs(Dumper):
    format = Format.BINARY
    element: ClassVar[int] = types["bytea"].oid
    oid = types["bytea"].array_oid

    def dump(self, obj: Any) -> bytes:
        parts = [_HEAD(1, 0, self.element, len(obj), 1)]
        for value in self.encoded(obj):
            parts += (_LENGTH(len(value)), value)
        return b"".join(parts)

    def encoded(self, values: Any) -> Any:
        return values


class _Texts(_Blobs):
    element = types["text"].oid
    oid = types["text"].array_oid

    def encoded(self, values: Texts) -> list[bytes]:
        return [value.encode() for value in values]


class _Flags(_Blobs):
    element = types["bool"].oid
    oid = types["bool"].array_oid

    def encoded(self, values: Flags) -> list[bytes]:
        return [b"\1" if value else b"\0" for value in values]

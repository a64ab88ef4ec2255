"""The characters that a message declares for parting its fields, and the error of reading."""

from dataclasses import dataclass
from functools import lru_cache

_USUAL = b"^~\\&"
_MOST = 6


class Unreadable(Exception):
    """The message cannot be understood at `place` ("OBX[3]-5"). Its values are never told."""

    def __init__(self, place: str, message: str) -> None:
        super().__init__(f"{place}: {message}")
        self.place = place
        self.message = message


@dataclass(frozen=True, slots=True)
class Separators:
    """What MSH-1 and MSH-2 say; `truncation` only where a fifth character stands in MSH-2."""

    field: bytes
    component: bytes
    repetition: bytes
    escape: bytes
    subcomponent: bytes
    truncation: bytes = b""

    @classmethod
    def declared(cls, raw: bytes) -> "Separators":
        """Read them from the start of a message, whose first three bytes are MSH."""
        return cls._said(raw[3:4], raw[4 : 4 + _MOST])

    @classmethod
    @lru_cache(maxsize=64)
    def _said(cls, first: bytes, rest: bytes) -> "Separators":
        said = rest.split(first, 1)[0] if first else b""
        # A message may declare fewer than four; those it leaves out are the usual ones.
        every = said + _USUAL[len(said) :]
        marks = [first, *(every[n : n + 1] for n in range(len(every)))]
        if not said or len(marks) > _MOST or len(set(marks)) < len(marks):
            raise Unreadable("MSH-2", "the separators are missing or not distinct")
        if any(mark.isalnum() or mark.isspace() or not mark.isascii() for mark in marks):
            raise Unreadable("MSH-2", "a separator is a letter, a digit, a space or not ASCII")
        return cls(*marks)

"""A message as it came in, with what tells who it is about hidden until somebody asks.

Only segments and fields that are known to say nothing of the person are shown.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from fhir.hl7.message import Message, Unreadable

HIDDEN: Final = "•••• hidden ••••"
# Whole segments without a word on who somebody is; of PV1 the kind of visit and the place.
_OPEN: Final = frozenset({"MSH", "EVN", "ORC", "OBR", "OBX", "SPM"})
_OPEN_FIELDS: Final = {"PID": {1}, "PV1": {1, 2, 3}, "NTE": {1, 2}}
# Words that somebody wrote, which may name anyone, and documents.
_WRITTEN: Final = frozenset({"FT", "TX", "ST", "ED", "RP"})
# Clinical information, collection comment, reason for the study.
_WRITTEN_OF_ORDER: Final = frozenset({13, 39, 31})
_VALUE: Final = 5  # of OBX
_PLACE: Final = re.compile(r"([A-Z][A-Z0-9]{2})(?:\[(\d+)\])?(?:-(\d+))?")
_LONGEST: Final = 400


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a segment: shown as it is, hidden, or the one that could not be read."""

    text: str
    is_hidden: bool = False
    is_fault: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    pieces: list[Piece]
    is_fault: bool


def lines_of(raw: bytes, charset: str, place: str, *, open_: bool = False) -> list[Line]:
    """Return the segments, one a line; `open_` hides nothing."""
    try:
        message = Message.read(raw, charset)
    except Unreadable:
        return list(_unread(raw, open_=open_))
    matched = _PLACE.match(place)
    fault = (matched[1], int(matched[2] or 1), int(matched[3] or 0)) if matched else ("", 0, 0)
    return list(_lines(message, fault, open_=open_))


def _lines(message: Message, fault: tuple[str, int, int], *, open_: bool) -> Iterator[Line]:
    mark = message.reading.separators.field
    end = b"\r" if b"\r" in message.raw else b"\n"
    nth: dict[str, int] = {}
    for line in filter(None, (one.strip(b"\n \t") for one in message.raw.split(end))):
        first, *fields = line.split(mark)
        name = first.decode("latin-1")
        nth[name] = nth.get(name, 0) + 1
        is_fault = (name, nth[name]) == fault[:2]
        segment = _Segment(name, fields, message.reading.charset, mark.decode("latin-1"))
        pieces = list(segment.pieces(fault[2] if is_fault else 0, open_=open_))
        yield Line(name, pieces, is_fault)


@dataclass(frozen=True, slots=True)
class _Segment:
    name: str
    fields: list[bytes]
    charset: str
    mark: str

    def pieces(self, bad: int, *, open_: bool) -> Iterator[Piece]:
        """Yield the fields; several hidden ones in a row are one."""
        hiding = False
        # MSH-1 is the separator itself.
        for number, raw in enumerate(self.fields, start=2 if self.name == "MSH" else 1):
            shown = open_ or not raw or self._is_open(number)
            if not shown and hiding:
                continue
            hiding = not shown
            yield Piece(self.mark)
            text = _text(raw, self.charset) if shown else HIDDEN
            yield Piece(text, is_hidden=not shown, is_fault=number == bad)

    def _is_open(self, number: int) -> bool:
        if self.name not in _OPEN:
            return number in _OPEN_FIELDS.get(self.name, ())
        if self.name == "OBX" and number == _VALUE:
            return self.fields[1].decode("latin-1").upper() not in _WRITTEN
        return self.name != "OBR" or number not in _WRITTEN_OF_ORDER


def _text(raw: bytes, charset: str) -> str:
    text = raw.decode(charset, errors="replace")
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(text)} characters)"


def _unread(raw: bytes, *, open_: bool) -> Iterator[Line]:
    """Return what is no message in lines, for the eye alone."""
    for line in re.split(rb"[\r\n]+", raw.strip(b"\x0b\x1c\r\n")):
        text = _text(line, "latin-1") if open_ else HIDDEN
        yield Line("", [Piece(text, is_hidden=not open_)], is_fault=False)

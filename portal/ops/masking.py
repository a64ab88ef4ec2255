"""A message as it came in, with what tells who it is about hidden until somebody asks.

A field is shown only where the table below says that nothing of a person stands in it; a segment
that is not in the table is hidden whole. The bytes of a FHIR bundle are shown entry by entry.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from fhir.hl7.message import Message, Unreadable
from fhir.raw import NotJson, entries, parse

HIDDEN: Final = "•••• hidden ••••"
MOST_LINES: Final = 200
_LONGEST: Final = 400
_LONGEST_ENTRY: Final = 4_000

_OPEN: Final[dict[str, frozenset[int]]] = {
    "MSH": frozenset({2, 3, 4, 5, 6, 7, *range(9, 22)}),
    "EVN": frozenset({1, 2}),
    "PID": frozenset({1}),
    "PV1": frozenset({1, 2, 3}),
    "ORC": frozenset({1, 2, 3, 5, 9, 28}),
    "OBR": frozenset({*range(1, 10), 11, 14, 22, 24, 25, 27, 49}),
    "OBX": frozenset({1, 2, 3, 4, 6, 7, 8, 11, 14, 26}),
    "NTE": frozenset({1, 2}),
    "SPM": frozenset({1, 4, 17, 18}),
    "TXA": frozenset({1, 2, 3, 4, 12, 17, 19}),
}
# A value is shown where it says that it is a number or a time, and is written as one.
_MEASURED: Final = frozenset({b"NM", b"SN", b"DT", b"TM", b"TS", b"DTM"})
_FIGURES: Final = re.compile(rb"[\d<>=~^+\-.,:/ ]*")
_TYPE, _VALUE = 2, 5  # of OBX
_PLACE: Final = re.compile(r"([A-Z][A-Z0-9]{2})(?:\[(\d+)\])?(?:-(\d+))?")
_ENTRY: Final = re.compile(r"Bundle\.entry\[(\d+)\]")
_NAME: Final = re.compile(rb"([A-Z][A-Z0-9]{2})\W")


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
    is_fault: bool = False


def lines_of(raw: bytes, charset: str, place: str, *, open_: bool = False) -> list[Line]:
    """Return the segments, one a line; `open_` hides nothing. Of very many, the first."""
    try:
        message = Message.read(raw, charset)
    except Unreadable:
        return _first(_unread(raw, place, open_=open_))
    matched = _PLACE.match(place)
    fault = (matched[1], int(matched[2] or 1), int(matched[3] or 0)) if matched else ("", 0, 0)
    return _first(_lines(message, fault, open_=open_))


def entries_of(raw: bytes, place: str, *, open_: bool = False) -> list[Line]:
    """Return the entries of a FHIR bundle, one a line."""
    try:
        found = entries(parse(raw.decode()))
    except (NotJson, UnicodeDecodeError):
        return _first(_unread(raw, place, open_=open_))
    matched = _ENTRY.match(place)
    fault = int(matched[1]) if matched else -1
    return _first(
        Line(str(n + 1), _pieces_of(entry.resource_text, entry.resource, open_=open_), n == fault)
        for n, entry in enumerate(found)
    )


def _first(lines: Iterator[Line]) -> list[Line]:
    """Return the first lines, then the one at fault if it comes later, and that there are more."""
    shown = list(islice(lines, MOST_LINES))
    more = 0
    for line in lines:
        more += 1
        if line.is_fault:
            shown.append(line)
    return [*shown, Line("…", [Piece(f"{more} more")])] if more else shown


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
        yield Line(name, list(segment.pieces(fault[2] if is_fault else 0, open_=open_)), is_fault)


@dataclass(frozen=True, slots=True)
class _Segment:
    name: str
    fields: list[bytes]
    charset: str
    mark: str

    def pieces(self, bad: int, *, open_: bool) -> Iterator[Piece]:
        """Yield the fields; several hidden ones in a row are one, but the one at fault."""
        hiding = False
        # MSH-1 is the separator itself.
        for number, raw in enumerate(self.fields, start=2 if self.name == "MSH" else 1):
            shown = open_ or not raw or self._is_open(number)
            if not shown and hiding and number != bad:
                continue
            hiding = not shown
            yield Piece(self.mark)
            text = _text(raw, self.charset) if shown else HIDDEN
            yield Piece(text, is_hidden=not shown, is_fault=number == bad)

    def _is_open(self, number: int) -> bool:
        if (self.name, number) == ("OBX", _VALUE):
            kind, value = self.fields[_TYPE - 1], self.fields[_VALUE - 1]
            return kind in _MEASURED and bool(_FIGURES.fullmatch(value))
        return number in _OPEN.get(self.name, ())


def _pieces_of(text: str, resource: dict[str, object] | None, *, open_: bool) -> list[Piece]:
    kind = str((resource or {}).get("resourceType", ""))
    rest = Piece(_short(text, _LONGEST_ENTRY)) if open_ else Piece(HIDDEN, is_hidden=True)
    return [Piece(f"{kind} "), rest]


def _unread(raw: bytes, place: str, *, open_: bool) -> Iterator[Line]:
    """Yield what is no message in lines; of a line that begins as a segment does, its name."""
    lines = (one for one in re.split(rb"[\r\n]+", raw.strip(b"\x0b\x1c\r\n")) if one.strip())
    for n, line in enumerate(lines, start=1):
        named = _NAME.match(line)
        text = line[3:] if named else line
        piece = Piece(_text(text, "latin-1")) if open_ else Piece(HIDDEN, is_hidden=True)
        yield Line(named[1].decode() if named else "", [piece], place == f"line {n}")


def _text(raw: bytes, charset: str) -> str:
    return _short(raw.decode(charset, errors="replace"))


def _short(text: str, longest: int = _LONGEST) -> str:
    return text if len(text) <= longest else f"{text[:longest]}… ({len(text)} characters)"

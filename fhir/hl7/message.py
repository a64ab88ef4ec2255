"""Reads HL7 v2: bytes in, values out on demand. Nothing is decoded before it is asked for.

A message is kept as the bytes that came; segments and fields are places in them. Escapes are
decoded once, after splitting. A value that is `""` is DELETE, an empty one is "no change".
No value of a message ever goes into an error or a log: they name the place alone.
"""

import enum
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Final

from fhir.hl7.charsets import chosen_charset
from fhir.hl7.escapes import Escapes
from fhir.hl7.places import lines_of, spans
from fhir.hl7.separators import Separators, Unreadable

__all__ = ["DELETE", "Delete", "Field", "Message", "Repetition", "Segment", "Unreadable", "Value"]


class Delete(enum.Enum):
    """The two quotation marks that ask for a value to be removed."""

    DELETE = '""'

    def __bool__(self) -> bool:
        return False


DELETE: Final = Delete.DELETE
Value = str | Delete

# What no honest message passes; more of them would cost many times their size in memory.
MOST_SEGMENTS: Final = 100_000
MOST_FIELDS: Final = 1_000
MOST_REPETITIONS: Final = 10_000
MOST_COMPONENTS: Final = 500

_QUOTES = b'""'
_EDGES = b"\x0b\x1c\r\n \t\x00"
_BOM = b"\xef\xbb\xbf"
# A longer segment is not copied to be parted.
_LONG: Final = 2**16
_NAME = re.compile(rb"[A-Z][A-Z0-9]{2}")
_PLACE = re.compile(r"([A-Z][A-Z0-9]{2})-(\d+)(?:\.(\d+))?(?:\.(\d+))?")


@dataclass(frozen=True, slots=True)
class Reading:
    """What is needed to turn bytes of one message into text."""

    separators: Separators
    charset: str
    escapes: Escapes

    def value(self, raw: bytes) -> Value:
        if raw == _QUOTES:
            return DELETE
        text = raw.decode(self.charset)
        return self.escapes.decoded(text) if self.separators.escape in raw else text


class Repetition:
    """One occurrence of a field, in its components, counted from 1."""

    __slots__ = ("_components", "_mark", "_reading", "place")

    def __init__(self, raw: bytes, mark: bytes, reading: Reading, place: str) -> None:
        """`mark` parts the components."""
        self._components = raw.split(mark, MOST_COMPONENTS)
        self._mark = mark
        self._reading = reading
        self.place = place

    def value(self, component: int = 1) -> Value:
        return self._reading.value(self._raw(component))

    def text(self, component: int = 1) -> str:
        """Return a component as text: "" where it is absent or to be deleted."""
        value = self.value(component)
        return "" if value is DELETE else value

    def whole(self) -> str:
        """Return all of it as one text, as meant by a sender who did not escape a separator."""
        value = self._reading.value(self._mark.join(self._components).rstrip(self._mark))
        return "" if value is DELETE else value

    def within(self, component: int = 1) -> "Repetition":
        """Return a component that has parts of its own, to be read as components."""
        mark = self._reading.separators.subcomponent
        return Repetition(self._raw(component), mark, self._reading, f"{self.place}.{component}")

    @property
    def deleted(self) -> bool:
        return self._components == [_QUOTES]

    def __bool__(self) -> bool:
        return any(self._components)

    def _raw(self, component: int) -> bytes:
        return self._components[component - 1] if component <= len(self._components) else b""


class Field:
    """A field of a segment. Its bytes are copied only when its repetitions are asked for."""

    __slots__ = ("_end", "_raw", "_reading", "_start", "place")

    def __init__(self, raw: bytes, span: tuple[int, int], reading: Reading, place: str) -> None:
        self._raw = raw
        self._start, self._end = span
        self._reading = reading
        self.place = place

    @property
    def repetitions(self) -> tuple[Repetition, ...]:
        """The occurrences that hold something, `""` included."""
        marks = self._reading.separators
        pieces = self._raw[self._start : self._end].split(marks.repetition, MOST_REPETITIONS)
        if len(pieces) > MOST_REPETITIONS:
            raise Unreadable(self.place, "there are too many repetitions")
        read = (Repetition(piece, marks.component, self._reading, self.place) for piece in pieces)
        return tuple(repetition for repetition in read if repetition)

    @property
    def first(self) -> Repetition:
        """The first occurrence, empty if there is none."""
        marks = self._reading.separators
        piece = self._raw[self._start : self._end]
        if marks.repetition in piece:
            found = self.repetitions
            if found:
                return found[0]
            piece = b""
        return Repetition(piece, marks.component, self._reading, self.place)

    @property
    def deleted(self) -> bool:
        return self._raw[self._start : self._end] == _QUOTES

    def text(self) -> str:
        return self.first.text()

    def payload(self, component: int) -> memoryview:
        """Return a component of the first occurrence as a view of the message: no copy is made."""
        start, end = self._start, self._end
        mark = self._reading.separators.component
        for _ in range(component - 1):
            found = self._raw.find(mark, start, end)
            start = end if found < 0 else found + 1
        found = self._raw.find(mark, start, end)
        return memoryview(self._raw)[start : end if found < 0 else found]

    def __bytes__(self) -> bytes:
        return self._raw[self._start : self._end]

    def __len__(self) -> int:
        return self._end - self._start


class Segment:
    """A line of the message. `segment[5]` is its field 5, present or not."""

    __slots__ = ("_fields", "_raw", "_reading", "_span", "name", "place")

    def __init__(
        self, raw: bytes, span: tuple[int, int], reading: Reading, nth: dict[str, int]
    ) -> None:
        """`nth` counts the segments of each name so far; the place says which this is."""
        self._raw = raw
        self._span = span
        self._reading = reading
        self._fields: list[tuple[bytes, int, int]] | None = None
        self.name = raw[span[0] : span[0] + 3].decode()
        nth[self.name] = nth.get(self.name, 0) + 1
        self.place = self.name if nth[self.name] == 1 else f"{self.name}[{nth[self.name]}]"

    def __getitem__(self, number: int) -> Field:
        if self._fields is None:
            self._fields = self._found_fields()
        raw, start, end = self._fields[number] if number < len(self._fields) else (b"", 0, 0)
        return Field(raw, (start, end), self._reading, f"{self.place}-{number}")

    def _found_fields(self) -> list[tuple[bytes, int, int]]:
        """Return for each field the bytes that hold it and where in them it stands."""
        start, end = self._span
        mark = self._reading.separators.field
        if end - start > _LONG:
            fields = list(spans(self._raw, start, end, mark, MOST_FIELDS + 2))
        else:
            pieces = self._raw[start:end].split(mark, MOST_FIELDS + 1)
            fields = [(piece, 0, len(piece)) for piece in pieces]
        if len(fields) > MOST_FIELDS + 1:
            raise Unreadable(self.place, "there are too many fields")
        if self.name == "MSH":
            # MSH-1 is the separator itself, so that MSH-2 follows the first one found.
            fields.insert(1, (mark, 0, 1))
        return fields


@dataclass(frozen=True)
class Message:
    """An HL7 v2 message. `warnings` say what had to be guessed in reading it."""

    raw: bytes
    reading: Reading
    segments: tuple[Segment, ...]
    warnings: tuple[str, ...] = field(default=())

    @classmethod
    def read(cls, data: bytes, charset: str = "", only: frozenset[str] = frozenset()) -> "Message":
        """Read a message, with or without its MLLP frame; `charset` is the feed's own, if known.

        Where segments are named in `only`, the others are checked and left out.

        :raises Unreadable: it does not begin with MSH, or a line is no segment.
        """
        raw = data.removeprefix(_BOM).strip(_EDGES).removeprefix(_BOM)
        if raw[:3] != b"MSH":
            raise Unreadable("MSH", "the message does not begin with MSH")
        separators = Separators.declared(raw)
        name, warnings = chosen_charset(raw, _declared_charset(raw, separators), charset)
        reading = Reading(separators, name, Escapes.of(separators, name))
        wanted = frozenset(name.encode() for name in only)
        return cls(raw, reading, tuple(_segments(raw, reading, wanted)), tuple(warnings))

    def all(self, name: str) -> list[Segment]:
        return [segment for segment in self.segments if segment.name == name]

    def first(self, name: str) -> Segment | None:
        return next((segment for segment in self.segments if segment.name == name), None)

    def value(self, place: str) -> Value:
        """Return what stands first at a place such as "MSH-10" or "PID-5.1"."""
        name, number, component, part = _parted(place)
        segment = self.first(name)
        if segment is None:
            return ""
        repetition = segment[number].first
        if part:
            return repetition.within(component).value(part)
        return repetition.value(component)

    def raw_field(self, place: str, component: int = 0) -> bytes:
        """Return a field as it came, or one of its components: to be said back to the sender."""
        name, number, _, _ = _parted(place)
        segment = self.first(name)
        raw = bytes(segment[number]) if segment else b""
        if not component:
            return raw
        parts = raw.split(self.reading.separators.component)
        return parts[component - 1] if component <= len(parts) else b""

    def text(self, place: str) -> str:
        """Return what stands first at a place, as text: "" where absent or to be deleted."""
        value = self.value(place)
        return "" if value is DELETE else value

    @cached_property
    def kind(self) -> tuple[str, str]:
        """The message type and trigger event, such as ("ORU", "R01")."""
        return self.text("MSH-9.1"), self.text("MSH-9.2") or self.text("EVN-1")

    @cached_property
    def sender(self) -> str:
        """The sending application and facility, as a feed is registered by them."""
        return f"{self.text('MSH-3')}|{self.text('MSH-4')}"


@cache
def _parted(place: str) -> tuple[str, int, int, int]:
    matched = _PLACE.fullmatch(place)
    if not matched:
        raise ValueError(place)
    name, number, component, part = matched.groups()
    return name, int(number), int(component or 1), int(part or 0)


def _segments(raw: bytes, reading: Reading, wanted: frozenset[bytes]) -> Iterator[Segment]:
    nth: dict[str, int] = {}
    ends = {b"", reading.separators.field}
    for line, (start, end) in enumerate(lines_of(raw), start=1):
        name = raw[start : start + 3]
        after = raw[start + 3 : min(start + 4, end)]
        if not _NAME.fullmatch(name) or after not in ends:
            raise Unreadable(f"line {line}", "this is not a segment")
        if line > MOST_SEGMENTS:
            raise Unreadable(f"line {line}", "there are too many segments")
        if not wanted or name in wanted:
            yield Segment(raw, (start, end), reading, nth)


def _declared_charset(raw: bytes, separators: Separators) -> str:
    reading = Reading(separators, "latin-1", Escapes.of(separators, "latin-1"))
    return Segment(raw, next(lines_of(raw)), reading, {})[18].text().strip()

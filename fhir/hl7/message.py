"""Reads HL7 v2: bytes in, values out on demand. Nothing is decoded before it is asked for.

A message is kept as the bytes that came; segments and fields are places in them. Escapes are
decoded once, after splitting. A value that is `""` is DELETE, an empty one is "no change".
No value of a message ever goes into an error or a log: they name the place alone.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Final

from fhir.hl7.charsets import chosen_charset
from fhir.hl7.escapes import Escapes
from fhir.hl7.fields import DELETE, Delete, Field, Reading, Repetition, Value
from fhir.hl7.places import lines_of, spans
from fhir.hl7.separators import Separators, Unreadable

__all__ = ["DELETE", "Delete", "Field", "Message", "Repetition", "Segment", "Unreadable", "Value"]


# What no honest message passes; more of them would cost many times their size in memory.
MOST_SEGMENTS: Final = 100_000
MOST_FIELDS: Final = 1_000

_EDGES = b"\x0b\x1c\r\n \t\x00"
_BOM = b"\xef\xbb\xbf"
# A longer segment is not copied to be parted.
_LONG: Final = 2**16
_PLACE = re.compile(r"([A-Z][A-Z0-9]{2})-(\d+)(?:\.(\d+))?(?:\.(\d+))?")


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
        self._fields: Sequence[bytes | tuple[int, int]] | None = None
        self.name = raw[span[0] : span[0] + 3].decode()
        nth[self.name] = nth.get(self.name, 0) + 1
        self.place = self.name if nth[self.name] == 1 else f"{self.name}[{nth[self.name]}]"

    def __getitem__(self, number: int) -> Field:
        raw, start, end = self._field(number)
        return Field(raw, (start, end), self._reading, f"{self.place}-{number}")

    def raw(self, number: int) -> bytes:
        """Return a field as it came."""
        raw, start, end = self._field(number)
        return raw[start:end]

    def text(self, number: int, component: int = 1) -> str:
        """Return what `self[number].first.text(component)` does, at a fraction of the work."""
        raw, reading = self.raw(number), self._reading
        if not raw:
            return ""
        if reading.separators.repetition in raw:
            return self[number].first.text(component)
        parts = raw.split(reading.separators.component, component)
        value = reading.value(parts[component - 1]) if component <= len(parts) else ""
        return "" if value is DELETE else value

    def _field(self, number: int) -> tuple[bytes, int, int]:
        """Return the bytes that hold a field, and where in them it stands."""
        if self._fields is None:
            self._fields = self._found_fields()
        found = self._fields[number] if number < len(self._fields) else b""
        return (found, 0, len(found)) if isinstance(found, bytes) else (self._raw, *found)

    def _found_fields(self) -> Sequence[bytes | tuple[int, int]]:
        """Return the fields; of a long segment only where they stand."""
        start, end = self._span
        mark = self._reading.separators.field
        fields: list[bytes | tuple[int, int]]
        if end - start > _LONG:
            fields = list(spans(self._raw, start, end, mark, MOST_FIELDS + 2))
        else:
            fields = [*self._raw[start:end].split(mark, MOST_FIELDS + 1)]
        if len(fields) > MOST_FIELDS + 1:
            raise Unreadable(self.place, "there are too many fields")
        if self.name == "MSH":
            # MSH-1 is the separator itself, so that MSH-2 follows the first one found.
            fields.insert(1, mark)
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
        raw = segment.raw(number) if segment else b""
        if not component:
            return raw
        parts = raw.split(self.reading.separators.component)
        return parts[component - 1] if component <= len(parts) else b""

    def text(self, place: str) -> str:
        """Return what stands first at a place, as text: "" where absent or to be deleted."""
        name, number, component, part = _parted(place)
        segment = self.first(name)
        if segment is None:
            return ""
        if part:
            return segment[number].first.within(component).text(part)
        return segment.text(number, component)

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
    ends = {b"", reading.separators.field, b"\r" if b"\r" in raw else b"\n"}
    for line, found in enumerate(lines_of(raw), start=1):
        start, end = found.span(1)
        name = found[2]
        if name is None or raw[start + 3 : start + 4] not in ends:
            raise Unreadable(f"line {line}", "this is not a segment")
        if line > MOST_SEGMENTS:
            raise Unreadable(f"line {line}", "there are too many segments")
        if not wanted or name in wanted:
            yield Segment(raw, (start, end), reading, nth)


def _declared_charset(raw: bytes, separators: Separators) -> str:
    reading = Reading(separators, "latin-1", Escapes.of(separators, "latin-1"))
    return Segment(raw, next(lines_of(raw)).span(1), reading, {}).text(18).strip()

"""The header of a message: who speaks, about what, under which number, and how to be answered.

All but the time and the number is the same from one message of a sender to the next, and is read
once.
"""

import re
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Final, NamedTuple

from fhir.hl7.message import Message, Unreadable

__all__ = ["Header", "Said", "Unreadable", "header_of"]

_LINE_END: Final = re.compile(rb"[\r\n]")
_BEFORE: Final = b"\x0b\r\n \xef\xbb\xbf"
_EDGES: Final = b"\x0b\x1c\r\n \t\x00"
_TIME, _NUMBER = 6, 9  # where MSH-7 and MSH-10 stand when the line is split at its separator
# A longer header is read each time: what is remembered stays small.
_LONGEST: Final = 1000


@dataclass(frozen=True, eq=False)
class Said:
    """What a sender says in every message alike; `answers` are the parts of ours that are too."""

    message: Message
    answers: dict[tuple[str, object], tuple[bytes, ...]] = field(default_factory=dict)

    @cached_property
    def sender(self) -> str:
        return self.message.sender

    @cached_property
    def kind(self) -> str:
        return "^".join(self.message.kind).replace("\x00", "")

    @cached_property
    def processing(self) -> str:
        return self.message.text("MSH-11")

    @cached_property
    def wants(self) -> tuple[str, str]:
        """When an accept and when an application acknowledgement is wanted."""
        return self.message.text("MSH-15"), self.message.text("MSH-16")

    @cached_property
    def meaningful(self) -> bytes:
        """The characters that make more of a field than its text."""
        marks = self.message.reading.separators
        return marks.component + marks.repetition + marks.escape + marks.subcomponent + b'"\x00'


class Header(NamedTuple):
    """`number` is MSH-10 as it came, `control_id` is what it says."""

    said: Said
    number: bytes
    control_id: str

    @property
    def sender(self) -> str:
        return self.said.sender


def header_of(raw: bytes) -> Header:
    """Read the header alone: whatever follows is no reason to turn a message away.

    :raises Unreadable: there is no header.
    """
    line = _first_line(raw)
    fields = line.split(line[3:4] or None)
    if len(line) > _LONGEST or len(fields) <= _NUMBER or not line.isascii():
        return _read(line)
    number = fields[_NUMBER]
    fields[_TIME] = fields[_NUMBER] = b""
    said = _said(line[3:4].join(fields))
    if len(number.translate(None, said.meaningful)) < len(number):
        return _read(line)
    return Header(said, number, number.decode())


def _first_line(raw: bytes) -> bytes:
    start = raw if raw.startswith(b"MSH") else raw.lstrip(_BEFORE)
    ended = _LINE_END.search(start)
    return (start[: ended.start()] if ended else start).strip(_EDGES)


def _read(line: bytes) -> Header:
    message = Message.read(line)
    control_id = message.text("MSH-10").replace("\x00", "")
    return Header(Said(message), message.segments[0].raw(10), control_id)


@lru_cache(maxsize=256)
def _said(line: bytes) -> Said:
    return Said(Message.read(line))

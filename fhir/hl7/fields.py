"""Values in the bytes of a message: a field, its occurrences and their components.

A value that is `""` is DELETE, an empty one is "no change". Escapes are decoded once, after
splitting.
"""

import enum
from dataclasses import dataclass
from typing import Final

from fhir.hl7.escapes import Escapes
from fhir.hl7.separators import Separators, Unreadable


class Delete(enum.Enum):
    """The two quotation marks that ask for a value to be removed."""

    DELETE = '""'

    def __bool__(self) -> bool:
        return False


DELETE: Final = Delete.DELETE
Value = str | Delete

# What no honest message passes; more of them would cost many times their size in memory.
MOST_REPETITIONS: Final = 10_000
MOST_COMPONENTS: Final = 500

_QUOTES = b'""'


@dataclass(frozen=True, slots=True)
class Reading:
    """What is needed to turn bytes of one message into text."""

    separators: Separators
    charset: str
    escapes: Escapes

    def value(self, raw: bytes) -> Value:
        if not raw:
            return ""  # as most are
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

"""Escape sequences inside a value (HL7 v2.8 chapter 2.7), decoded once and from left to right."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from fhir.hl7.separators import Separators

# Formatting commands of the type FT: those that part lines, and those that only shape them.
_NEW_LINE = re.compile(r"\.(?:br|ce|sp\+?(\d*))")
_SPACES = re.compile(r"\.sk(\d*)")
_SHAPE = re.compile(r"\.(?:fi|nf|in[+-]?\d*|ti[+-]?\d*)")
_MOST_LINES = 50


@dataclass(frozen=True, slots=True)
class Escapes:
    """The escape sequences of one message; an unknown one stays as it was written."""

    pattern: re.Pattern[str]
    replaced: Callable[[re.Match[str]], str]

    @classmethod
    def of(cls, separators: Separators, charset: str) -> "Escapes":
        return _escapes(separators, charset)

    def decoded(self, text: str) -> str:
        return self.pattern.sub(self.replaced, text)


@lru_cache(maxsize=64)
def _escapes(separators: Separators, charset: str) -> Escapes:
    mark = separators.escape.decode()
    quoted = re.escape(mark)
    letters = {
        "F": separators.field.decode(),
        "S": separators.component.decode(),
        "R": separators.repetition.decode(),
        "E": mark,
        "T": separators.subcomponent.decode(),
        "H": "",  # highlighting on
        "N": "",  # and off
    }
    if separators.truncation:
        letters["P"] = separators.truncation.decode()
    # Neighbouring hexadecimal sequences are read together: they may be one character.
    hexadecimal = rf"((?:{quoted}X(?:[0-9A-Fa-f]{{2}})+{quoted})+)"
    command = rf"{quoted}([{''.join(letters)}]|\.[a-z]{{2}}[+-]?\d*){quoted}"

    def replaced(found: re.Match[str]) -> str:
        if found[1]:
            return _bytes_read(found[1], mark, charset)
        if found[2] in letters:
            return letters[found[2]]
        return _formatted(found[2], found[0])

    return Escapes(re.compile(f"{hexadecimal}|{command}"), replaced)


def _bytes_read(sequences: str, mark: str, charset: str) -> str:
    data = bytes.fromhex(sequences.replace(f"{mark}X", "").replace(mark, ""))
    for codec in (charset, "utf-8", "cp1252"):
        try:
            return data.decode(codec).replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError:
            continue
    return sequences


def _formatted(command: str, written: str) -> str:
    if lines := _NEW_LINE.fullmatch(command):
        return "\n" * min(int(lines[1] or 1), _MOST_LINES)
    if spaces := _SPACES.fullmatch(command):
        return " " * min(int(spaces[1] or 1), _MOST_LINES)
    return "" if _SHAPE.fullmatch(command) else written

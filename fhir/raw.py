"""JSON text as it came: read without loss, cut into entries without change, written back."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, NoReturn, Self

import orjson

from fhir.paths import Json


class Number(Decimal):
    """A decimal that remembers how it was written: 7.20 is not 7.2."""

    __slots__ = ("sent",)
    sent: str

    def __new__(cls, text: str) -> Self:
        number = super().__new__(cls, text)
        number.sent = text
        return number

    def __reduce__(self) -> tuple[type, tuple[str]]:
        return type(self), (self.sent,)


class NotJson(ValueError):
    """The text is not JSON; says where."""


Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Parsed:
    """A resource, the text it was read from, and where in it each entry's resource stands."""

    text: str
    resource: Json
    spans: tuple[Span | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a bundle; `resource_text` is the very text that was sent."""

    full_url: str
    method: str
    url: str
    if_match: str
    if_none_exist: str
    if_none_match: str
    resource_text: str
    resource: Json | None


def parse(text: str) -> Parsed:
    """Read a resource; decimals are `Number`.

    :raises NotJson: the text is not one JSON object.
    """
    try:
        if '"entry"' in text:
            return _Reader(text).read()
        resource = _DECODER.decode(text)
        if isinstance(resource, dict) and "entry" in resource:
            return _Reader(text).read()
    except json.JSONDecodeError as fault:
        raise NotJson(f"line {fault.lineno}, column {fault.colno}: {fault.msg}") from None
    except RecursionError:
        raise NotJson("nested too deeply") from None
    if not isinstance(resource, dict):
        raise NotJson("a resource is a JSON object")
    return Parsed(text, resource)


def entries(parsed: Parsed) -> list[Entry]:
    """Return the entries of a bundle, each with its own text, untouched."""
    found = []
    for entry, span in zip(parsed.resource.get("entry", ()), parsed.spans, strict=True):
        request = entry.get("request", {})
        found.append(
            Entry(
                full_url=entry.get("fullUrl", ""),
                method=request.get("method", ""),
                url=request.get("url", ""),
                if_match=request.get("ifMatch", ""),
                if_none_exist=request.get("ifNoneExist", ""),
                if_none_match=request.get("ifNoneMatch", ""),
                resource_text=parsed.text[span[0] : span[1]] if span else "",
                resource=entry.get("resource"),
            )
        )
    return found


def entries_of(text: str) -> list[Entry]:
    """Return the entries of the bundle in `text`.

    :raises NotJson: the text is not one JSON object.
    """
    return entries(parse(text))


def dump(value: Any) -> str:
    """Write JSON; a `Number` as it was sent."""
    return orjson.dumps(value, default=_written).decode()


def _written(value: Any) -> orjson.Fragment:
    if isinstance(value, Number):
        return orjson.Fragment(value.sent)
    if isinstance(value, Decimal) and value.is_finite():
        return orjson.Fragment(str(value))
    raise TypeError(f"{type(value).__name__} is not JSON")


def _integer(text: str) -> int | Number:
    # What does not fit 64 bits, or has a sign that int() drops, is kept as written.
    return int(text) if len(text) < _LONG and text != "-0" else Number(text)


def _no_constant(name: str) -> NoReturn:
    raise NotJson(f"{name} is not JSON")


_LONG: Final = 19
_DECODER: Final = json.JSONDecoder(
    parse_float=Number, parse_int=_integer, parse_constant=_no_constant
)
_SPACE: Final = re.compile(r"[ \t\n\r]*")
_NAME: Final = re.compile(r'[ \t\n\r]*("(?:[^"\\\x00-\x1f]|\\.)*")[ \t\n\r]*:[ \t\n\r]*')
_AFTER: Final = re.compile(r"[ \t\n\r]*([,}\]])[ \t\n\r]*")


class _Reader:
    """Reads the two outer levels of a bundle by hand, to know where each resource stands.

    Everything below them is one call of the C scanner each.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.spans: list[Span | None] = []

    def read(self) -> Parsed:
        start = self._space(0)
        if self.text[start : start + 1] != "{":
            raise self._expected("a JSON object", start)
        resource, at = self._object(start, self._of_bundle)
        if at != len(self.text):
            raise self._expected("the end", at)
        return Parsed(self.text, resource, tuple(self.spans))

    def _of_bundle(self, name: str, at: int) -> tuple[Any, int]:
        if name == "entry" and self.text[at : at + 1] == "[":
            return self._array(at)
        return _DECODER.raw_decode(self.text, at)

    def _of_entry(self, name: str, at: int) -> tuple[Any, int]:
        value, end = _DECODER.raw_decode(self.text, at)
        if name == "resource":
            self.spans[-1] = (at, end)
        return value, end

    def _array(self, at: int) -> tuple[list[Any], int]:
        items: list[Any] = []
        at = self._space(at + 1)
        if self.text[at : at + 1] == "]":
            return items, self._space(at + 1)
        while True:
            self.spans.append(None)
            if self.text[at : at + 1] == "{":
                item, at = self._object(at, self._of_entry)
            else:
                item, at = _DECODER.raw_decode(self.text, at)
            items.append(item)
            mark, at = self._mark(at)
            if mark == "]":
                return items, at
            if mark != ",":
                raise self._expected("',' or ']'", at)

    def _object(self, at: int, read: Callable[[str, int], tuple[Any, int]]) -> tuple[Json, int]:
        members: Json = {}
        at = self._space(at + 1)
        if self.text[at : at + 1] == "}":
            return members, self._space(at + 1)
        while True:
            matched = _NAME.match(self.text, at)
            if matched is None:
                raise self._expected("a name in quotes and ':'", at)
            quoted = matched[1]
            name = json.loads(quoted) if "\\" in quoted else quoted[1:-1]
            members[name], at = read(name, matched.end())
            mark, at = self._mark(at)
            if mark == "}":
                return members, at
            if mark != ",":
                raise self._expected("',' or '}'", at)

    def _mark(self, at: int) -> tuple[str, int]:
        """Return the comma or closing bracket that comes next, and where the text goes on."""
        matched = _AFTER.match(self.text, at)
        return (matched[1], matched.end()) if matched else ("", at)

    def _space(self, at: int) -> int:
        matched = _SPACE.match(self.text, at)
        return matched.end() if matched else at

    def _expected(self, what: str, at: int) -> json.JSONDecodeError:
        return json.JSONDecodeError(f"expected {what}", self.text, at)

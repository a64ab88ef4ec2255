"""The write door's check of what arrives, once, on the text itself.

Guard (size, encoding, depth, forbidden characters) → the engine (R4's schema) → our own walk
(calendar, closed code lists, references, invariants, narrative). Every fault names its place.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from fhir.elements import check_resource
from fhir.engine import Engine, chosen
from fhir.outcomes import Issue, error
from fhir.paths import Json
from fhir.raw import Entry, NotJson, Parsed, entries, parse

MAX_BUNDLE: Final = 64 * 1024 * 1024
MAX_RESOURCE: Final = 5 * 1024 * 1024
MAX_DEPTH: Final = 60

_ESCAPED: Final = re.compile(rb"\\.", re.DOTALL)
_QUOTED: Final = re.compile(rb'"[^"]*"')
_NOT_STRUCTURE: Final = bytes(set(range(256)) - set(b'"[]{}'))
_ONE_KIND: Final = bytes.maketrans(b"[]", b"{}")
# May stand for a control character or half a surrogate pair; only then is each string looked at.
_SUSPECT: Final = re.compile(r"\\(?:[bf]|u(?:00[01][0-9a-fA-F]|00[7][fF]|[dD][89a-fA-F]))")
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")

_WRONG_SHAPE: Final = (AttributeError, IndexError, KeyError, TypeError, ValueError)
UNREADABLE: Final = "an element has a wrong shape"

_ENGINE: Final[Engine] = chosen()


class Malformed(ValueError):
    """What was sent cannot be taken; `issues` say why and where."""

    def __init__(self, issues: list[Issue]) -> None:
        super().__init__("; ".join(f"{issue.path}: {issue.message}" for issue in issues[:3]))
        self.issues = issues


@dataclass(frozen=True, slots=True)
class Checked:
    """A resource found valid, the text it came as, and what was remarked on the way."""

    resource: Json
    issues: list[Issue]
    text: str
    parsed: Parsed

    def entries(self) -> list[Entry]:
        """Return a bundle's entries, each with its own text untouched."""
        return entries(self.parsed)


def check(text: str | bytes, engine: Engine = _ENGINE) -> Checked:
    """Check one resource, or one bundle as a whole.

    :raises Malformed: it is not valid FHIR R4.
    """
    decoded = _guarded(text)
    try:
        issues = engine(decoded)
        _refuse(issues)
        parsed = parse(decoded)
    except NotJson as fault:
        raise Malformed([error("structure", "", f"not JSON: {fault}")]) from None
    _refuse(list(_too_big(parsed)))
    if _SUSPECT.search(decoded):
        _refuse(list(_forbidden(parsed.resource, parsed.resource["resourceType"])))
    has_siblings = '"_' in decoded or '"fhir_comments"' in decoded or "\\u" in decoded
    try:
        issues += check_resource(parsed.resource, has_siblings=has_siblings)
    except _WRONG_SHAPE:
        # The slower engine lets shapes through that the walk cannot read.
        raise Malformed([error("structure", parsed.resource["resourceType"], UNREADABLE)]) from None
    _refuse(issues)
    return Checked(parsed.resource, issues, decoded, parsed)


def _refuse(issues: list[Issue]) -> None:
    if any(issue.severity in {"error", "fatal"} for issue in issues):
        raise Malformed(issues)


def _guarded(text: str | bytes) -> str:
    try:
        data = text.encode() if isinstance(text, str) else text
        if len(data) > MAX_BUNDLE:
            raise Malformed([error("too-long", "", f"more than {MAX_BUNDLE} bytes")])
        decoded = text if isinstance(text, str) else data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise Malformed([error("structure", "", f"not UTF-8 at byte {fault.start}")]) from None
    except UnicodeEncodeError as fault:
        raise Malformed([error("structure", "", f"half a character at {fault.start}")]) from None
    if _is_too_deep(data):
        raise Malformed([error("too-costly", "", f"nested deeper than {MAX_DEPTH}")])
    return decoded.removeprefix("\ufeff")


def _is_too_deep(data: bytes) -> bool:
    """Whether objects and arrays stand more than MAX_DEPTH within each other, without parsing.

    All but quotes and brackets is dropped, then the innermost pairs, level by level.
    """
    if b"\\" in data:
        data = _ESCAPED.sub(b"", data)
    marks = data.translate(_ONE_KIND, _NOT_STRUCTURE).replace(b'""', b"")
    if b'"' in marks:
        marks = _QUOTED.sub(b"", marks)
    for _ in range(MAX_DEPTH):
        outer = marks.replace(b"{}", b"")
        if len(outer) == len(marks):
            break  # Nothing left, or unbalanced: the parser will say where.
        marks = outer
    return b"{}" in marks or len(marks) > MAX_DEPTH


def _too_big(parsed: Parsed) -> Iterator[Issue]:
    if parsed.resource["resourceType"] != "Bundle":
        if len(parsed.text) > MAX_RESOURCE:
            yield error("too-long", parsed.resource["resourceType"], _TOO_LONG)
        return
    for number, span in enumerate(parsed.spans):
        if span and span[1] - span[0] > MAX_RESOURCE:
            yield error("too-long", f"Bundle.entry[{number}].resource", _TOO_LONG)


_TOO_LONG: Final = f"a resource of more than {MAX_RESOURCE} characters"


def _forbidden(value: Any, path: str) -> Iterator[Issue]:
    if isinstance(value, str):
        if _FORBIDDEN.search(value):
            yield error("value", path, "holds a control character or half a surrogate pair")
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _forbidden(item, f"{path}.{name}")
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _forbidden(item, f"{path}[{number}]")

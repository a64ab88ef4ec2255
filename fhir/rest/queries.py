"""A query string as criteria: every parameter is understood or refused, none is left out silently.

An ignored filter would show more of a record than was asked for; so it is a 400 that names what is
known, unless the client says `Prefer: handling=lenient` (decisions 5).
"""

import base64
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from fhir.dates import Span, span_of
from fhir.elements import RESOURCE_TYPES
from fhir.outcomes import Issue
from fhir.rest.failures import failure
from fhir.search.folding import folded
from fhir.search.parameters import Kind, Parameter, parameters_of
from fhir.search.query import Criteria
from fhir.search.values import normal_reference, token_hash

Pair = tuple[str, str]

MAX_COUNT: Final = 1000
DEFAULT_COUNT: Final = 25
# Parameters of the answer that a refusal names beside those of the type.
_SAID: Final = ("_count", "_sort", "_summary", "_total")
CURSOR: Final = "_cursor"
_COMMA: Final = re.compile(r"(?<!\\),")
_BAR: Final = re.compile(r"(?<!\\)\|")
_ESCAPED: Final = re.compile(r"\\([,|$\\])")
_PREFIXED: Final = re.compile(r"(eq|ne|gt|lt|ge|le|sa|eb|ap)?(\d.*)")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Query:
    """A query as it was understood; `applied` is what the `self` link says."""

    criteria: Criteria
    applied: list[Pair] = field(default_factory=list)
    remarks: list[Issue] = field(default_factory=list)
    wants_total: bool = False
    only_total: bool = False


def read(resource_type: str, pairs: Iterable[Pair], base: str, *, lenient: bool) -> Query:
    """Read the parameters of a search.

    :raises Failure: one of them is not known, or its value is not understood.
    """
    query = Query(Criteria(resource_type, count=DEFAULT_COUNT))
    known = parameters_of(resource_type)
    for name, value in pairs:
        if manner := _MANNERS.get(name):
            understands, wanted = manner
            if not understands(query, value):
                raise _bad(name, value, wanted)
        elif row := known.get(name.partition(":")[0]):
            query.criteria = _READERS[row.kind](query.criteria, row, name, value, base)
        elif lenient:
            message = f"the parameter {name[:60]} is not known and was ignored"
            query.remarks.append(Issue("warning", "not-supported", "", message))
            continue
        else:
            raise _unknown(name, resource_type)
        if name not in {"_format", "_pretty"}:
            applied = str(query.criteria.count) if name == "_count" else value
            query.applied.append((name, applied))
    return query


def cursor_after(key: tuple[datetime | None, int]) -> str:
    """Return the place after which the next page begins, for its address."""
    at, number = key
    moment = "" if at is None else str((at - _EPOCH) // timedelta(microseconds=1))
    return base64.urlsafe_b64encode(f"{moment}.{number}".encode()).decode().rstrip("=")


def _unknown(name: str, resource_type: str) -> Exception:
    names = ", ".join(sorted([*parameters_of(resource_type), *_SAID]))
    return failure(
        400, "not-supported", f"{resource_type} cannot be searched by {name[:60]}; known: {names}"
    )


def _bad(name: str, value: str, wanted: str) -> Exception:
    return failure(400, "value", f"{name}={value[:60]} is not understood: {wanted}")


def _count(query: Query, value: str) -> bool:
    if not value.isdecimal() or len(value) > 9:  # noqa: PLR2004 (more than anyone asks for)
        return False
    query.only_total |= int(value) == 0
    query.criteria = replace(query.criteria, count=min(int(value), MAX_COUNT))
    return True


def _sort(query: Query, value: str) -> bool:
    query.criteria = replace(query.criteria, order="date" if value == "date" else "-date")
    return value in {"date", "-date"}


def _total(query: Query, value: str) -> bool:
    query.wants_total = value != "none"
    return value in {"none", "estimate", "accurate"}


def _summary(query: Query, value: str) -> bool:
    query.only_total |= value == "count"
    return value in {"count", "false"}


def _cursor(query: Query, value: str) -> bool:
    try:
        padded = value + "=" * (-len(value) % 4)
        moment, _, number = base64.urlsafe_b64decode(padded).decode().partition(".")
        at = _EPOCH + timedelta(microseconds=int(moment)) if moment else None
        query.criteria = replace(query.criteria, before=(at, int(number)))
    except (ValueError, OverflowError):
        return False
    return True


# Each with what it wants; a reader answers whether it understood.
_MANNERS: Final[dict[str, tuple[Callable[[Query, str], bool], str]]] = {
    "_count": (_count, "a number"),
    "_sort": (_sort, "date or -date"),
    "_total": (_total, "none, estimate or accurate"),
    "_summary": (_summary, "count or false"),
    "_format": (lambda _, __: True, "json"),
    "_pretty": (lambda _, value: value == "false", "false"),
    CURSOR: (_cursor, "the address of a next link as it is"),
}


def _values(value: str) -> list[str]:
    return [part for part in _COMMA.split(value) if part]


def _plain(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)


def _without_modifier(row: Parameter, name: str) -> None:
    if ":" in name:
        raise failure(400, "not-supported", f"{row.name} is searched without modifier: {name[:60]}")


def _token(criteria: Criteria, row: Parameter, name: str, value: str, _: str) -> Criteria:
    _without_modifier(row, name)
    parts = [_BAR.split(part, maxsplit=1) for part in _values(value)]
    if not parts or any(not part[-1] for part in parts):
        raise _bad(name, value, "code, system|code or |code")
    codes = [_plain(part[-1]) for part in parts]
    if row.column == "id":
        return replace(criteria, ids=_both(criteria.ids, codes))
    if row.column == "status":
        return replace(criteria, statuses=_both(criteria.statuses, codes))
    hashes = [
        token_hash(_plain(part[0]) if len(part) > 1 else None, code)
        for part, code in zip(parts, codes, strict=True)
    ]
    return replace(criteria, tokens=[*criteria.tokens, (row.name, hashes)])


def _both(before: Sequence[str] | None, wanted: list[str]) -> list[str]:
    """Return what satisfies a parameter given twice."""
    return wanted if before is None else [value for value in wanted if value in before]


def _date(criteria: Criteria, row: Parameter, name: str, value: str, _: str) -> Criteria:
    _without_modifier(row, name)
    matched = _PREFIXED.fullmatch(value)
    try:
        # A plus sign in a query is a space to those who did not escape it.
        span = span_of(matched[2].replace(" ", "+")) if matched else None
    except ValueError:
        span = None
    if matched is None or span is None:
        raise _bad(name, value, "one date such as 2026, 2026-03-01 or ge2026-03-01T10:00:00Z")
    prefix = matched[1] or "eq"
    if row.column == "updated":
        return _updated(criteria, prefix, span, value)
    if prefix in _OVERLAPS:
        ends = _OVERLAPS[prefix](span)
        return replace(criteria, dates=[*criteria.dates, (row.name, *ends)])
    if prefix in _WITHIN:
        ends = _WITHIN[prefix](span)
        return replace(criteria, within=[*criteria.within, (row.name, *ends)])
    raise failure(400, "not-supported", f"{row.name} is not searched by the prefix {prefix}")


_Ends = Callable[[Span], tuple[datetime | None, datetime | None]]
_OVERLAPS: Final[dict[str, _Ends]] = {
    "ge": lambda span: (span.low, None),
    "gt": lambda span: (span.high, None),
    "le": lambda span: (None, span.high),
    "lt": lambda span: (None, span.low),
}
_WITHIN: Final[dict[str, _Ends]] = {
    "eq": lambda span: (span.low, span.high),
    "sa": lambda span: (span.high, None),
    "eb": lambda span: (None, span.low),
}


def _updated(criteria: Criteria, prefix: str, span: Span, value: str) -> Criteria:
    ends = (_OVERLAPS | _WITHIN).get(prefix)
    if ends is None:
        raise _bad("_lastUpdated", value, "eq, ge, gt, le or lt")
    low, high = ends(span)
    before_low, before_high = criteria.updated
    lows = [end for end in (low, before_low) if end]
    highs = [end for end in (high, before_high) if end]
    latest, earliest = max(lows, default=None), min(highs, default=None)
    return replace(criteria, updated=(latest, earliest))


def _string(criteria: Criteria, row: Parameter, name: str, value: str, _: str) -> Criteria:
    _without_modifier(row, name)
    parts = _values(value)
    if len(parts) != 1:
        raise _bad(name, value, "the beginning of one name")
    return replace(criteria, strings=[*criteria.strings, (row.name, folded(_plain(parts[0])))])


def _reference(criteria: Criteria, row: Parameter, name: str, value: str, base: str) -> Criteria:
    _, _, kind = name.partition(":")
    if "." in name or (kind and kind not in RESOURCE_TYPES):
        raise failure(400, "not-supported", f"{name[:60]} would be a chain; they are not followed")
    if row.column == "patient":
        kind = kind or "Patient"
    targets = [_target(row, part, kind, base) for part in _values(value)]
    if not targets:
        raise _bad(name, value, "Type/id")
    if row.column != "patient":
        return replace(criteria, references=[*criteria.references, (row.name, targets)])
    if not all(target.startswith("Patient/") for target in targets):
        raise _bad(name, value, "only patients are searched for")
    keys = [target.removeprefix("Patient/") for target in targets]
    return replace(criteria, patients=_both(criteria.patients, keys))


def _target(row: Parameter, part: str, kind: str, base: str) -> str:
    reference = normal_reference(_plain(part).removeprefix(f"{base}/"))
    if "/" in reference or ":" in reference:
        return reference
    if not kind:
        raise _bad(row.name, part, "Type/id")
    return f"{kind}/{reference}"


_READERS: Final[dict[Kind, Callable[[Criteria, Parameter, str, str, str], Criteria]]] = {
    Kind.TOKEN: _token,
    Kind.DATE: _date,
    Kind.STRING: _string,
    Kind.REFERENCE: _reference,
}

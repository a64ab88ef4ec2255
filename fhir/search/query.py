"""A search as SQL: what is asked for, as conditions over the resource table and its indexes.

The shape of the tables is known here and in `fhir.writing_sql`, and nowhere else.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

Order = Literal["-date", "date"]


@dataclass(frozen=True, slots=True)
class Criteria:
    """What a search asks for. Tokens are hashes of `fhir.search.values.token_hash`.

    `before` is the sort key of the last row of the page before, `withheld` None for either.
    """

    resource_type: str
    patients: Sequence[str] | None = None
    ids: Sequence[str] | None = None
    codes: Sequence[int] | None = None
    statuses: Sequence[str] | None = None
    but_statuses: Sequence[str] = ()
    # Each entry: parameter name and the hashes of which one must be there.
    tokens: Sequence[tuple[str, Sequence[int]]] = ()
    # Each entry: parameter name and the references of which one must be there.
    references: Sequence[tuple[str, Sequence[str]]] = ()
    # Each entry: parameter name and the folded text that a value must begin with.
    strings: Sequence[tuple[str, str]] = ()
    # Each entry: parameter name and a span that a value must overlap.
    dates: Sequence[tuple[str, datetime | None, datetime | None]] = ()
    # Each entry: parameter name and a span that a value must lie in altogether.
    within: Sequence[tuple[str, datetime | None, datetime | None]] = ()
    # The sort date that is the oldest to be found; without one a resource is not.
    since: datetime | None = None
    updated: tuple[datetime | None, datetime | None] = (None, None)
    withheld: bool | None = None
    order: Order = "-date"
    before: tuple[datetime | None, int] | None = None
    count: int = 25
    # Where several searches are merged into one list: what has a lower rank comes first.
    rank: int = 0


@dataclass(slots=True)
class _Where:
    conditions: list[str] = field(default_factory=list)
    parameters: list[Any] = field(default_factory=list)

    def add(self, condition: str, *parameters: Any) -> None:
        self.conditions.append(condition)
        self.parameters += parameters

    def __str__(self) -> str:
        return " AND ".join(self.conditions)


def where(criteria: Criteria, rule: tuple[str, list[Any]]) -> tuple[str, list[Any]]:
    """Return the conditions of a search, the rule of access among them, without order or limit."""
    found = _Where()
    found.add("r.resource_type = %s", criteria.resource_type)
    if criteria.patients is not None:
        _of_patients(found, criteria.patients)
    if criteria.since is not None:
        found.add("r.at >= %s", criteria.since)
    if criteria.ids is not None:
        found.add("r.logical_id = ANY(%s)", list(criteria.ids))
    if criteria.codes is not None:
        found.add("r.code = ANY(%s)", list(criteria.codes))
    if criteria.statuses is not None:
        found.add("r.status = ANY(%s)", list(criteria.statuses))
    if criteria.but_statuses:
        found.add("r.status <> ALL(%s)", list(criteria.but_statuses))
    if criteria.withheld is not None:
        found.add("(r.labels & 1 = 1) = %s", criteria.withheld)
    _spans(found, criteria)
    _indexed(found, criteria)
    found.add(rule[0], *rule[1])
    return str(found), found.parameters


def page(criteria: Criteria, columns: str, rule: tuple[str, list[Any]]) -> tuple[str, list[Any]]:
    """Return the statement for one page, in order, one row more than asked for."""
    conditions, parameters = where(criteria, rule)
    falling = criteria.order == "-date"
    if criteria.before is not None:
        after, values = _after(criteria.before, falling=falling)
        conditions, parameters = f"{conditions} AND {after}", [*parameters, *values]
    direction = "DESC NULLS LAST" if falling else "ASC NULLS FIRST"
    tie = "DESC" if falling else "ASC"
    statement = (
        f"SELECT {columns} FROM portal_fhir_resource r WHERE {conditions}"
        f" ORDER BY r.at {direction}, r.number {tie} LIMIT %s"
    )
    return statement, [*parameters, criteria.count + 1]


def merged(
    wanted: Sequence[tuple[Criteria, tuple[str, list[Any]]]], columns: str
) -> tuple[str, list[Any]]:
    """Return the statement for one page of several searches in one order, each with its rule.

    Each is read from its own index only as far as the page may need. The first says in which
    order, and how many.
    """
    first = wanted[0][0]
    statements: list[str] = []
    parameters: list[Any] = []
    for criteria, rule in wanted:
        place = f"r.at AS sort_at, r.number AS sort_number, {int(criteria.rank)} AS rank"
        one = replace(criteria, count=first.count)
        statement, values = page(one, f"{columns}, {place}", rule)
        statements.append(f"({statement})")
        parameters += values
    falling = first.order == "-date"
    direction = "DESC NULLS LAST" if falling else "ASC NULLS FIRST"
    tie = "DESC" if falling else "ASC"
    order = f"rank, sort_at {direction}, sort_number {tie}"
    union = " UNION ALL ".join(statements)
    statement = f"SELECT * FROM ({union}) listed ORDER BY {order} LIMIT %s"
    return statement, [*parameters, first.count + 1]


def _after(key: tuple[datetime | None, int], *, falling: bool) -> tuple[str, list[Any]]:
    at, number = key
    sign = "<" if falling else ">"
    if at is not None:
        undated = " OR r.at IS NULL" if falling else ""
        return f"((r.at, r.number) {sign} (%s, %s){undated})", [at, number]
    dated = "" if falling else " OR r.at IS NOT NULL"
    return f"((r.at IS NULL AND r.number {sign} %s){dated})", [number]


def _of_patients(found: _Where, patients: Sequence[str]) -> None:
    """Name one patient as one: so the planner sees that an index has their rows in order."""
    if len(patients) == 1:
        found.add("r.patient = %s", patients[0])
    else:
        found.add("r.patient = ANY(%s)", list(patients))


def _spans(found: _Where, criteria: Criteria) -> None:
    since, until = criteria.updated
    if since is not None:
        found.add("r.updated_at >= %s", since)
    if until is not None:
        found.add("r.updated_at < %s", until)
    for name, low, high in criteria.dates:
        _dated(found, name, ("d.high > %s", low), ("d.low < %s", high))
    for name, low, high in criteria.within:
        _dated(found, name, ("d.low >= %s", low), ("d.high <= %s", high))


def _dated(found: _Where, name: str, *ends: tuple[str, datetime | None]) -> None:
    inner = _Where()
    inner.add("d.name = %s", name)
    for condition, end in ends:
        if end is not None:
            inner.add(condition, end)
    _exists(found, "portal_fhir_date", "d", inner)


def _indexed(found: _Where, criteria: Criteria) -> None:
    for table, column, entries in (
        ("portal_fhir_token", "hash", criteria.tokens),
        ("portal_fhir_reference", "target", criteria.references),
    ):
        for name, values in entries:
            inner = _Where()
            inner.add("i.name = %s", name)
            inner.add(f"i.{column} = ANY(%s)", list(_unique(values)))
            _exists(found, table, "i", inner)
    for name, start in criteria.strings:
        inner = _Where()
        inner.add("i.name = %s", name)
        inner.add("starts_with(i.value, %s)", start)
        _exists(found, "portal_fhir_text", "i", inner)


def _exists(found: _Where, table: str, alias: str, inner: _Where) -> None:
    found.add(
        f"EXISTS (SELECT 1 FROM {table} {alias} WHERE {alias}.patient = r.patient"
        f" AND {alias}.number = r.number AND {inner})",
        *inner.parameters,
    )


def _unique(values: Iterable[Any]) -> Iterable[Any]:
    return dict.fromkeys(values)

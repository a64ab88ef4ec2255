"""What waits for this clinician: who, what, why, since when; the gravest first.

Nothing here goes beyond the patients they treat. Names are read on account of what waits, so that
a patient's access log does not tell that something does.
"""

import enum
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Case, IntegerField, QuerySet, Value, When

from fhir.access import EVERYONE, Interaction
from fhir.store import Criteria, Repository, Summary
from portal.identity.people import Person, person_of
from portal.record.dates import local
from portal.record.reading import flagged, readings_of, title_of
from portal.results.cases import REPORT, RESULT, TYPES
from portal.results.models import DueRelease
from portal.results.reasons import Reason, reason_of, waited
from portal.results.release import Why

State = DueRelease.State

# A team decides within so many days.
AIM: Final = timedelta(days=3)
# On one page.
MOST: Final = 50
# Looked at for what can be decided together.
MOST_ORDINARY: Final = 500


class Group(enum.StrEnum):
    """The headings of the list, in order."""

    CRITICAL = "Critical value"
    DUE = "Over 3 days"
    TODAY = "Due today"
    LATER = "Later"
    HELD = "Held"


@dataclass(frozen=True, slots=True)
class Item:
    """One row of the list."""

    id: str
    group: Group
    reason: Reason
    person: Person
    title: str
    detail: str
    waited: str


@dataclass(frozen=True, slots=True)
class Together:
    """Results of one kind that need no look at each: all in range, without words."""

    kind: str
    title: str
    ids: tuple[str, ...]
    patients: int
    waited: str


@dataclass(frozen=True, slots=True)
class Worklist:
    items: tuple[Item, ...]
    together: tuple[Together, ...]
    total: int
    more: bool

    def groups(self) -> list[tuple[Group, list[Item]]]:
        found = ((group, [one for one in self.items if one.group == group]) for group in Group)
        return [(group, items) for group, items in found if items]


def worklist(records: Repository, now: datetime, page: int = 1) -> Worklist:
    with records.transaction():
        waiting = _waiting(records)
        ordinary = _together(waiting.filter(is_ordinary=True).exclude(state__in=_ALONE))
        apart = waiting.exclude(pk__in=[row.pk for rows in ordinary for row in rows])
        total = waiting.count()
        first = (page - 1) * MOST
        rows = list(_in_order(apart)[first : first + MOST + 1])
        reading = _reading(records, [*rows, *(row for found in ordinary for row in found)])
        facts = _Facts(reading, rows[:MOST], [found[0] for found in ordinary])
    items = [facts.item(row, now) for row in rows[:MOST]]
    return Worklist(
        tuple(one for one in items if one),
        tuple(facts.together(found, now) for found in ordinary) if page == 1 else (),
        total,
        len(rows) > MOST,
    )


def ordinary_of(records: Repository, kind: str) -> list[DueRelease]:
    """Return what may be decided together of a kind."""
    with records.transaction():
        waiting = _waiting(records).filter(is_ordinary=True, kind=kind)
        return list(waiting.exclude(state__in=_ALONE).order_by("waiting_since", "pk")[:MOST])


_ALONE: Final = (State.IN_PERSON, State.HELD)


def reach_of(records: Repository) -> set[str]:
    """Return the patients whom this viewer reaches one by one (decisions 19)."""
    return {
        patient
        for grant in records.viewer.grants
        if grant.patients != EVERYONE and Interaction.LABEL in grant.interactions
        for patient in grant.patients
    } - records.viewer.barred


def _waiting(records: Repository) -> "QuerySet[DueRelease]":
    return DueRelease.objects.filter(
        patient__in=reach_of(records), state__in=DueRelease.WAITING, resource_type__in=TYPES
    )


def _in_order(rows: "QuerySet[DueRelease]") -> "QuerySet[DueRelease]":
    rank = Case(
        When(state=State.HELD, then=Value(2)),
        When(why=Why.CRITICAL, then=Value(0)),
        default=Value(1),
        output_field=IntegerField(),
    )
    return rows.order_by(rank, "waiting_since", "pk")


def _together(rows: "QuerySet[DueRelease]") -> list[list[DueRelease]]:
    """Return the ordinary ones of each kind of which there are several."""
    kinds: dict[str, list[DueRelease]] = defaultdict(list)
    for row in rows.order_by("waiting_since", "pk")[:MOST_ORDINARY]:
        kinds[row.kind].append(row)
    return [found for found in kinds.values() if len(found) > 1]


def _reading(records: Repository, rows: Iterable[DueRelease]) -> Repository:
    causes: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        causes[row.patient].append(f"{row.resource_type}/{row.logical_id}")
    return records.on_account_of(causes)


class _Facts:
    """What the rows say, read at once for all of them."""

    def __init__(
        self, records: Repository, rows: Sequence[DueRelease], samples: Sequence[DueRelease]
    ) -> None:
        self._records = records
        shown = [*rows, *samples]
        self._found = {
            of_type: self._by_id(
                of_type, [one.logical_id for one in shown if one.resource_type == of_type]
            )
            for of_type in TYPES
        }
        reports = [self._found[REPORT].get(row.logical_id) for row in rows]
        ids = [
            name.rpartition("/")[2]
            for report in reports
            if report
            for name in report.facts.get("results", ())
        ]
        self._results = self._by_id(RESULT, ids) | self._found[RESULT]
        keys = list(dict.fromkeys(row.patient for row in rows))
        people, _ = records.search(Criteria("Patient", ids=keys, count=len(keys) or 1))
        self._people = {one.id: person_of(one.json) for one in people}

    def item(self, row: DueRelease, now: datetime) -> Item | None:
        summary = self._found[row.resource_type].get(row.logical_id)
        person = self._people.get(row.patient)
        if summary is None or person is None:
            return None
        group = _group(row, now)
        return Item(
            row.logical_id,
            group,
            reason_of(row, overdue=group in {Group.DUE, Group.TODAY}),
            person,
            title_of(summary.facts),
            self._detail(summary),
            waited(row.waiting_since, now),
        )

    def together(self, rows: Sequence[DueRelease], now: datetime) -> Together:
        sample = self._found[rows[0].resource_type].get(rows[0].logical_id)
        return Together(
            rows[0].kind,
            title_of(sample.facts) if sample else "",
            tuple(row.logical_id for row in rows),
            len({row.patient for row in rows}),
            waited(rows[0].waiting_since, now),
        )

    def _by_id(self, resource_type: str, ids: Sequence[str]) -> dict[str, Summary]:
        criteria = Criteria(resource_type, ids=list(ids), count=len(ids) or 1)
        return {one.id: one for one in self._records.summaries(criteria)[0]}

    def _detail(self, summary: Summary) -> str:
        """Return the gravest value, else how many there are."""
        names = [name.rpartition("/")[2] for name in summary.facts.get("results", ())]
        results = [self._results[name] for name in names if name in self._results] or [summary]
        readings = [
            reading
            for one in results
            if one.resource_type == RESULT
            for reading in readings_of(one)
        ]
        out = [
            f"{reading.title} {reading.said}, {flag.word.lower()}"
            for reading, flag in flagged(readings)
        ]
        if not out:
            return f"{len(readings)} results" if len(readings) > 1 else ""
        others = f" and {len(out) - 1} more" if len(out) > 1 else ""
        return f"{out[0]}{others}"


def _group(row: DueRelease, now: datetime) -> Group:
    if row.state == State.HELD:
        return Group.HELD
    if row.why == Why.CRITICAL:
        return Group.CRITICAL
    if row.state == State.LATER:
        return Group.LATER
    aim = local(row.waiting_since + AIM).date()
    today = local(now).date()
    return Group.DUE if aim < today else Group.TODAY if aim == today else Group.LATER

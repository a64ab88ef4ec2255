"""Carries the policy out: releases what may be seen now, and queues the rest for later."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings

from fhir import arrays
from fhir.access import SYSTEM
from fhir.store import Repository
from portal.results.cases import Case, cases_of
from portal.results.evidence import Evidence
from portal.results.following import free_with
from portal.results.hours import Hours
from portal.results.models import DueRelease
from portal.results.policy import Mode
from portal.results.release import Decision, Outcome, decide, is_ordinary, release
from portal.results.withdrawing import withdraw_comments, withdraw_parts

State = DueRelease.State
Address = tuple[str, str]

# Older results are history: their release wakes nobody.
HISTORY: Final = timedelta(days=30)
BY_RULE: Final = "the release rules"
_STATES: Final = {
    Outcome.LATER: State.LATER,
    Outcome.REVIEW: State.REVIEW,
    Outcome.IN_PERSON: State.IN_PERSON,
}
_LOCKED: Final = """
SELECT id FROM portal_duerelease WHERE (resource_type, logical_id) IN
  (SELECT * FROM unnest(%b::text[], %b::text[])) ORDER BY id FOR UPDATE
"""
_KEPT: Final = (
    "version", "rule", "why", "state", "due_at", "waiting_since", "kind", "is_ordinary",
    "is_history", "decided_at", "decided_by",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Touched:
    """What changed of one patient, by type and id, and which of it replaced a version."""

    patient: str
    ids: Mapping[str, set[str]]
    replaced: frozenset[Address] = frozenset()
    backload: bool = False


@dataclass(slots=True)
class _Settled:
    case: Case
    subject: Evidence
    parts: list[Evidence]
    decision: Decision
    row: DueRelease | None
    is_history: bool

    @property
    def opens(self) -> bool:
        held = self.row is not None and self.row.state == State.HELD
        return self.decision.outcome == Outcome.RELEASE and not held


def settle(touched: Touched, now: datetime) -> None:
    """Decide anew on all that these changes concern, in one transaction.

    To be told of the same changes again does no harm.

    :raises Conflict: another version has come in meanwhile; its own change will tell.
    """
    records = Repository(SYSTEM)
    with records.transaction(undoes=False):
        cases = cases_of(records, touched.patient, touched.ids)
        withdraw_comments(records, touched.patient, _replaced(cases, touched))
        withdraw_parts(records, touched.patient, cases)
        settled = _decided(
            [case for case in cases if case.is_withheld and not case.is_erased], touched, now
        )
        _close(cases, now)
        _keep(settled, now)
        _open(records, [one for one in settled if one.opens], touched, now)


def _as_news(records: Repository, *, is_history: bool) -> Repository:
    """Return where to release: with all else that is news, or apart as history."""
    return Repository(SYSTEM, backload=True) if is_history else records


def hours() -> Hours:
    return Hours(always=not settings.RESULTS_IN_WORKING_HOURS)


def _decided(cases: Sequence[Case], touched: Touched, now: datetime) -> list[_Settled]:
    rows = _rows_of(cases)
    settled = []
    for case in cases:
        subject, parts = case.evidence
        decision = decide(subject, parts, now, complete=case.complete, hours=hours())
        row = rows.get((subject.resource_type, subject.id))
        is_history = _is_history(subject, parts, row, touched, now)
        settled.append(_Settled(case, subject, parts, decision, row, is_history))
    return settled


def _rows_of(cases: Sequence[Case]) -> dict[Address, DueRelease]:
    if not cases:
        return {}
    addresses = [case.address for case in cases]
    locked = arrays.fetch(_LOCKED, list(zip(*addresses, strict=True)))
    rows = DueRelease.objects.in_bulk([pk for (pk,) in locked]) if locked else {}
    return {(row.resource_type, row.logical_id): row for row in rows.values()}


def _is_history(
    subject: Evidence,
    parts: Iterable[Evidence],
    row: DueRelease | None,
    touched: Touched,
    now: datetime,
) -> bool:
    if row and row.state in DueRelease.WAITING and row.version == subject.version:
        return row.is_history
    addresses = {(one.resource_type, one.id) for one in (subject, *parts)}
    is_old = subject.said_at < now - HISTORY
    return touched.backload or (is_old and not addresses & touched.replaced)


def _replaced(cases: Iterable[Case], touched: Touched) -> list[Case]:
    return [
        case
        for case in cases
        if any(
            (one.resource_type, one.id) in touched.replaced for one in (case.subject, *case.parts)
        )
    ]


def _close(cases: Iterable[Case], now: datetime) -> None:
    """Take out of the queue what was entered in error, or has nothing left to release."""
    rows = _rows_of([case for case in cases if case.is_erased or not case.is_withheld])
    for case in cases:
        row = rows.get(case.address)
        if row and case.is_erased:
            row.delete()
        elif row and row.state in DueRelease.WAITING:
            row.state, row.decided_at, row.decided_by = State.RELEASED, now, BY_RULE
            row.save(update_fields=["state", "decided_at", "decided_by"])


def _keep(settled: Iterable[_Settled], now: datetime) -> None:
    rows = [_row(one, now) for one in settled if one.row or not one.opens]
    if rows:
        DueRelease.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["resource_type", "logical_id"],
            update_fields=_KEPT,
        )


def _row(one: _Settled, now: datetime) -> DueRelease:
    """Return the row as it shall be; what somebody holds stays held, corrected or not."""
    before, decision = one.row, one.decision
    waits = before is not None and before.state in DueRelease.WAITING
    row = DueRelease(
        patient=one.case.subject.patient,
        resource_type=one.subject.resource_type,
        logical_id=one.subject.id,
        version=one.subject.version,
        rule=decision.row.name if decision.row else "",
        why=decision.why,
        state=_STATES.get(decision.outcome, State.REVIEW),
        due_at=decision.at,
        waiting_since=now,
        kind="|".join(min(one.subject.codes, default=("", ""))),
        is_ordinary=_may_be_decided_with_others(one),
        is_history=one.is_history,
    )
    if before and waits and before.version == row.version:
        row.waiting_since = before.waiting_since
    if before and before.state == State.HELD:
        row.state, row.due_at, row.waiting_since = State.HELD, None, before.waiting_since
        row.decided_at, row.decided_by = before.decided_at, before.decided_by
    if one.opens:
        row.state, row.decided_at, row.decided_by = State.RELEASED, now, BY_RULE
    return row


def _may_be_decided_with_others(one: _Settled) -> bool:
    """Whether no rule asks for a look at this very result."""
    rule = one.decision.row
    asks = rule is not None and rule.mode > Mode.AFTER_DAYS
    return not asks and is_ordinary(one.subject, one.parts)


def _open(records: Repository, opened: Sequence[_Settled], touched: Touched, now: datetime) -> None:
    """Release these, and in one step with them what waited for nothing else."""
    # Where one of them had waited, others may have waited for it.
    waited = [one for one in opened if one.row]
    opening = [one.case.subject for one in opened]
    ids = None if waited else touched.ids
    free = free_with(records, touched.patient, now, opening, ids)
    free_as_history = waited[0].is_history if waited else touched.backload
    for is_history in (False, True):
        parts = [
            part
            for one in opened
            if one.is_history is is_history
            for part in (one.subject, *one.parts)
        ]
        beside = free if free_as_history is is_history else []
        release(_as_news(records, is_history=is_history), parts, beside)

"""When a patient may see a result: the one place that decides it and the one that does it.

Results arrive withheld. `decide` says what the policy makes of a report, with nothing but its
facts and the time; `release` takes the label off a report and all its parts at once. To fail is
to stay withheld (decisions 22).
"""

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fhir.labels import Label
from fhir.store import Repository, Target
from portal.results.evidence import FINAL, Evidence
from portal.results.hours import Hours
from portal.results.policy import CRITICAL, ORDINARY, POLICY, Code, Mode, Row

__all__ = ["POLICY", "Decision", "Outcome", "Why", "decide", "release"]


class Outcome(enum.StrEnum):
    """What becomes of a withheld result."""

    RELEASE = "release"
    LATER = "later"
    REVIEW = "review"
    IN_PERSON = "in person"
    NEVER = "never"


class Why(enum.StrEnum):
    """Why a result waits; the value is for the clinician who reads it."""

    RULE = "by its rule"
    OUT_OF_HOURS = "came outside working hours"
    NOT_LISTED = "no rule names this test"
    NOT_FINAL = "not final yet"
    CRITICAL = "critical value"
    FLAG = "a flag that no rule knows"
    DOCUMENT = "a document is attached"
    WORDS = "free text"
    INCOMPLETE = "not all of it has come"
    ERASED = "entered in error"


@dataclass(frozen=True, slots=True)
class Decision:
    """What the policy says; `at` only where it opens by itself later."""

    outcome: Outcome
    why: Why
    row: Row | None = None
    at: datetime | None = None


_OUTCOMES: Final = {Mode.AFTER_REVIEW: Outcome.REVIEW, Mode.IN_PERSON: Outcome.IN_PERSON}


def decide(
    subject: Evidence,
    parts: Sequence[Evidence],
    now: datetime,
    *,
    complete: bool = True,
    hours: Hours = Hours(),  # noqa: B008 (frozen)
) -> Decision:
    """Return what the policy makes of a report with its parts, or of a result that has no report.

    `complete` tells whether all that the report names has come.
    """
    living = [one for one in (subject, *parts) if not one.is_erased]
    if subject.is_erased or (parts and len(living) == 1):
        return Decision(Outcome.NEVER, Why.ERASED)
    strictest = _strictest(living)
    if strictest and strictest.mode > Mode.AFTER_DAYS:
        critical = _flagged(living) & CRITICAL
        return Decision(
            _OUTCOMES[strictest.mode], Why.CRITICAL if critical else Why.RULE, strictest
        )
    if objection := _objection(living, strictest, complete=complete):
        return Decision(Outcome.REVIEW, objection, strictest)
    return _opening(subject, strictest, now, hours)


def release(records: Repository, parts: Iterable[Evidence], beside: Iterable[Target] = ()) -> None:
    """Show these resources to the patient, all or none of them, in these very versions.

    What was entered in error is never shown. `beside` are others that go with them.

    :raises Conflict: a newer version of one has come in.
    :raises NotFound: one is not this viewer's to release.
    """
    targets = [
        Target(one.resource_type, one.id, one.version)
        for one in parts
        if one.labels & Label.NOPAT and not one.is_erased
    ]
    targets += beside
    if targets:
        records.relabel_all(targets, remove=Label.NOPAT)


def is_ordinary(subject: Evidence, parts: Sequence[Evidence]) -> bool:
    """Whether it is one to decide with many like it: final, in range, and without free text."""
    results = [one for one in (subject, *parts) if one.resource_type == "Observation"]
    every = [subject, *parts]
    return (
        bool(results)
        and all(one.is_usual for one in results)
        and all(one.status in FINAL and not (one.has_words or one.has_document) for one in every)
    )


def _strictest(living: Sequence[Evidence]) -> Row | None:
    rows = [row for row in POLICY if any(_touches(row, one) for one in living)]
    return max(rows, key=lambda row: (row.mode, row.days), default=None)


def _touches(row: Row, one: Evidence) -> bool:
    codes = one.codes.union(*one.measured)
    return bool(row.codes & codes or row.departments & one.departments)


def _objection(living: Sequence[Evidence], row: Row | None, *, complete: bool) -> Why | None:
    """Return why it does not open by itself, the gravest reason first."""
    flags = _flagged(living)
    listed = row is not None and all(_is_listed(codes) for one in living for codes in one.measured)
    objections = (
        (bool(flags & CRITICAL), Why.CRITICAL),
        (any(one.status not in FINAL for one in living), Why.NOT_FINAL),
        (not complete, Why.INCOMPLETE),
        (any(one.has_document for one in living), Why.DOCUMENT),
        (not listed, Why.NOT_LISTED),
        (bool(flags - ORDINARY), Why.FLAG),
        (any(one.has_words for one in living) and not (row and row.words), Why.WORDS),
    )
    return next((why for holds, why in objections if holds), None)


def _flagged(living: Sequence[Evidence]) -> frozenset[str]:
    return frozenset().union(*(one.flags for one in living))


def _is_listed(codes: frozenset[Code]) -> bool:
    return any(codes & row.codes for row in POLICY)


def _opening(subject: Evidence, row: Row | None, now: datetime, hours: Hours) -> Decision:
    earliest = now
    if row and row.mode == Mode.AFTER_DAYS:
        earliest = max(now, hours.after_working_days(subject.said_at, row.days))
    at = hours.next_opening(earliest)
    if at <= now:
        return Decision(Outcome.RELEASE, Why.RULE, row)
    why = Why.RULE if earliest > now else Why.OUT_OF_HOURS
    return Decision(Outcome.LATER, why, row, at)

"""Diagnoses, procedures, visits and requests from a feed: they follow the reports they belong to.

The reason for a visit can tell what a biopsy found. While a report of the same patient and time
is withheld, so are these; they carry no decision of their own (decisions 21).
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from fhir.labels import Label
from fhir.moments import start_of
from fhir.paths import Json
from fhir.store import Criteria, Repository, Stored, Target

FOLLOWERS: Final = ("Condition", "Procedure", "ServiceRequest", "Encounter")
# How far from a report something still belongs to it.
NEAR: Final = timedelta(days=30)
_MOST: Final = 1000

_MOMENTS: Final = (
    "onsetDateTime", "recordedDate", "abatementDateTime", "performedDateTime", "authoredOn",
    "occurrenceDateTime", "effectiveDateTime", "issued",
)  # fmt: skip
_SPANS: Final = (
    "period", "onsetPeriod", "performedPeriod", "occurrencePeriod", "effectivePeriod",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pending:
    """A withheld report: the time around it, its visit and what it was asked for by."""

    low: datetime | None
    high: datetime | None
    related: frozenset[str]

    def holds(self, follower: Stored) -> bool:
        named = {f"{follower.resource_type}/{follower.id}", _visit_of(follower.json)}
        if named & self.related:
            return True
        spans = list(_spans(follower.json))
        if self.low is None or self.high is None or not spans:
            return True  # what is not dated could belong to anything
        return any(start <= self.high and (end is None or end >= self.low) for start, end in spans)


def free_followers(
    records: Repository, patient: str, touched: dict[str, set[str]] | None = None
) -> None:
    """Release what no pending report holds back: all of the patient's, or those touched."""
    followers = [
        one
        for resource_type in FOLLOWERS
        if touched is None or touched.get(resource_type)
        for one in _withheld(records, patient, resource_type, touched)
    ]
    if not followers:
        return
    pending = [_pending(report) for report in _withheld(records, patient, "DiagnosticReport")]
    free = [one for one in followers if not any(report.holds(one) for report in pending)]
    targets = [Target(one.resource_type, one.id, one.version) for one in free]
    if targets:
        records.relabel_all(targets, remove=Label.NOPAT)


def _withheld(
    records: Repository,
    patient: str,
    resource_type: str,
    touched: dict[str, set[str]] | None = None,
) -> Sequence[Stored]:
    ids: Collection[str] | None = None if touched is None else touched[resource_type]
    criteria = Criteria(
        resource_type,
        [patient],
        ids=None if ids is None else list(ids),
        withheld=True,
        count=_MOST if ids is None else len(ids),
    )
    # What was entered in error is withheld for good and holds nothing back.
    return [
        one
        for one in records.search(criteria)[0]
        if one.json.get("status") != "entered-in-error" and not _is_refuted(one.json)
    ]


def _is_refuted(resource: Json) -> bool:
    codings = resource.get("verificationStatus", {}).get("coding", ())
    return any(coding.get("code") == "entered-in-error" for coding in codings)


def _pending(report: Stored) -> Pending:
    starts = [start for start, _ in _spans(report.json)]
    ends = [end or start for start, end in _spans(report.json)]
    related = {one.get("reference", "") for one in report.json.get("basedOn", ())}
    related |= {_visit_of(report.json)}
    return Pending(
        min(starts) - NEAR if starts else None,
        max(ends) + NEAR if ends else None,
        frozenset(related - {""}),
    )


def _visit_of(resource: Json) -> str:
    return str(resource.get("encounter", {}).get("reference", ""))


def _spans(resource: Json) -> Iterator[tuple[datetime, datetime | None]]:
    """Return when it was, as far as it says; a period without an end goes on."""
    for name in _MOMENTS:
        if at := start_of(resource.get(name, "")):
            yield at, at
    for name in _SPANS:
        period = resource.get(name, {})
        if start := start_of(period.get("start", "")):
            yield start, start_of(period.get("end", ""))

"""What comes beside a report from a feed, such as diagnoses and visits: it follows that report.

The reason for a visit can tell what a biopsy found, and a sample that there was one. While a
report of the same patient and time is withheld, so are these; they carry no decision of their own
(decisions 21).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from fhir.labels import Label
from fhir.moments import start_of
from fhir.paths import Json
from fhir.store import Criteria, Repository, Stored, Target

FOLLOWERS: Final = (
    "Condition", "Procedure", "ServiceRequest", "Encounter", "EpisodeOfCare", "CarePlan",
    "Composition", "ImagingStudy", "Specimen",
)  # fmt: skip
# How far from a report something still belongs to it.
NEAR: Final = timedelta(days=30)
# No stay is taken to go on for longer where nobody says that it has ended.
LONGEST: Final = timedelta(days=365)
_GOING_ON: Final = frozenset({"arrived", "triaged", "in-progress", "onleave"})
_MOST: Final = 1000
_REPORT: Final = "DiagnosticReport"

_MOMENTS: Final = (
    "onsetDateTime", "recordedDate", "abatementDateTime", "performedDateTime", "authoredOn",
    "occurrenceDateTime", "effectiveDateTime", "issued", "created", "date", "started",
    "collectedDateTime", "receivedTime",
)  # fmt: skip
_SPANS: Final = (
    "period", "onsetPeriod", "performedPeriod", "occurrencePeriod", "effectivePeriod",
    "collectedPeriod",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pending:
    """A withheld report: the time around it, its visit and what it was asked for by."""

    low: datetime | None
    high: datetime | None
    related: frozenset[str]

    def holds(self, follower: Stored, now: datetime) -> bool:
        named = {_address(follower), _visit_of(follower.json)}
        if named & self.related:
            return True
        spans = list(_spans(follower.json, now))
        if self.low is None or self.high is None or not spans:
            return True  # what is not dated could belong to anything
        return any(start <= self.high and end >= self.low for start, end in spans)


def free_followers(records: Repository, patient: str, now: datetime) -> None:
    """Release all that no pending report of this patient holds back."""
    if targets := free_with(records, patient, now, []):
        records.relabel_all(targets, remove=Label.NOPAT)


def free_with(
    records: Repository,
    patient: str,
    now: datetime,
    opening: Sequence[Stored],
    touched: Mapping[str, set[str]] | None = None,
) -> list[Target]:
    """Return what no report holds back once these are opened: all of it, or what was touched."""
    wanted = FOLLOWERS if touched is None else [name for name in FOLLOWERS if touched.get(name)]
    if not wanted:
        return []
    followers, reports = _withheld(records, patient, wanted, touched)
    opened = {one.id for one in opening if one.resource_type == _REPORT}
    pending = [one for one in reports if one.id not in opened]
    holding = [_pending(report, now) for report in pending]
    settled = _settled_requests(records, followers, pending, opening)
    return [
        Target(one.resource_type, one.id, one.version)
        for one in followers
        if _address(one) in settled or not any(report.holds(one, now) for report in holding)
    ]


def _settled_requests(
    records: Repository,
    followers: Sequence[Stored],
    pending: Sequence[Stored],
    opening: Sequence[Stored],
) -> set[str]:
    """Return the requests without a date whose own reports are all released, or about to be.

    A laboratory seldom says when it was asked, but its report names the request.
    """
    requests = {
        _address(one)
        for one in followers
        if one.resource_type == "ServiceRequest" and not _is_dated(one.json)
    }
    if not requests or not pending:
        return set()
    naming = Criteria(
        _REPORT,
        [followers[0].patient],
        references=[("based-on", sorted(requests))],
        withheld=False,
        count=_MOST,
    )
    opened = [one for one in opening if one.resource_type == _REPORT]
    reported = {
        name for one in (*records.search(naming)[0], *opened) for name in _asked_by(one.json)
    }
    waiting = {name for one in pending for name in _asked_by(one.json)}
    return requests & reported - waiting


def _withheld(
    records: Repository,
    patient: str,
    resource_types: Sequence[str],
    touched: Mapping[str, set[str]] | None,
) -> tuple[list[Stored], list[Stored]]:
    """Return what follows, and the reports that it may wait for."""
    ids = {name: None if touched is None else list(touched[name]) for name in resource_types}
    wanted = [
        Criteria(name, [patient], ids=asked, withheld=True, count=_MOST)
        for name, asked in {**ids, _REPORT: None}.items()
    ]
    # What was entered in error is withheld for good and holds nothing back.
    found = [
        one
        for one in records.search_any(wanted)[0]
        if one.json.get("status") != "entered-in-error" and not _is_refuted(one.json)
    ]
    reports = [one for one in found if one.resource_type == _REPORT]
    return [one for one in found if one.resource_type != _REPORT], reports


def _is_refuted(resource: Json) -> bool:
    codings = resource.get("verificationStatus", {}).get("coding", ())
    return any(coding.get("code") == "entered-in-error" for coding in codings)


def _pending(report: Stored, now: datetime) -> Pending:
    spans = list(_spans(report.json, now))
    return Pending(
        min((start for start, _ in spans), default=now) - NEAR if spans else None,
        max((end for _, end in spans), default=now) + NEAR if spans else None,
        frozenset({*_named_by(report.json), _visit_of(report.json)} - {""}),
    )


def _address(stored: Stored) -> str:
    return f"{stored.resource_type}/{stored.id}"


def _asked_by(report: Json) -> set[str]:
    return {str(one.get("reference", "")) for one in report.get("basedOn", ())}


def _named_by(report: Json) -> set[str]:
    """Return what a report says that it is made of: requests, samples and pictures."""
    named = (*report.get("specimen", ()), *report.get("imagingStudy", ()))
    return _asked_by(report) | {str(one.get("reference", "")) for one in named}


def _visit_of(resource: Json) -> str:
    return str(resource.get("encounter", {}).get("reference", ""))


def _is_dated(resource: Json) -> bool:
    return any(name in _dated(resource) for name in (*_MOMENTS, *_SPANS))


def _dated(resource: Json) -> Json:
    """Return where the dates of a resource stand: a sample's are those of its collection."""
    return {**resource, **resource.get("collection", {})}


def _spans(resource: Json, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Return when it was; what began lately, has not ended and goes on may last until now."""
    resource = _dated(resource)
    for name in _MOMENTS:
        if at := start_of(resource.get(name, "")):
            yield at, at
    for name in _SPANS:
        period = resource.get(name, {})
        if start := start_of(period.get("start", "")):
            goes_on = resource.get("status") in _GOING_ON and start > now - LONGEST
            yield start, start_of(period.get("end", "")) or (now if goes_on else start)

"""The latest results on the home page: a few tests, each with how it has gone lately."""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fhir.store import Criteria, Repository, Summary
from portal.record.reading import Reading, readings_of
from portal.results import listing
from portal.results.history import code_of
from portal.results.spark import Spark, spark

SHOWN = 3
REPORTS = 6  # of which the first few different tests are shown
EACH = 20  # values of one test on its sparkline
YEAR = timedelta(days=365)
HALF_YEAR = timedelta(days=183)
MEASURED = frozenset({"vital-signs", "vital-sign"})


@dataclass(frozen=True, slots=True)
class Latest:
    """One test; `report` is the id of the report it stands in."""

    reading: Reading
    report: str
    spark: Spark | None


def latest(records: Repository, patient: str, now: datetime) -> list[Latest]:
    """Return a value of each of the newest reports of different tests: a flagged one, if any."""
    newest = Criteria("DiagnosticReport", [patient], count=REPORTS)
    reports, _ = records.summaries(newest)
    ids = [name for report in reports for name in listing.member_ids(report)]
    values = listing.by_id(records, patient, ids) if ids else {}
    chosen: dict[tuple[str, str], tuple[Reading, str]] = {}
    for report in reports:
        if (one := _foremost(report, values, chosen)) and len(chosen) < SHOWN:
            chosen[one.system, one.code] = one, report.id
    past = _past(records, patient, [one for one, _ in chosen.values()], now)
    return [Latest(one, report, spark(_course(one, past, now))) for one, report in chosen.values()]


def _foremost(
    report: Summary, values: dict[str, Summary], chosen: Container[tuple[str, str]]
) -> Reading | None:
    """Return what to show of a report, unless a newer one of the same test is shown already."""
    readings = [
        reading
        for name in listing.member_ids(report)
        if name in values
        for reading in readings_of(values[name])
    ]
    numbers = [one for one in readings if one.number is not None]
    foremost = next((one for one in numbers if one.flag), None) or next(iter(numbers), None)
    is_new = foremost and not any((one.system, one.code) in chosen for one in numbers)
    return foremost if is_new else None


def _past(
    records: Repository, patient: str, readings: Sequence[Reading], now: datetime
) -> list[Reading]:
    codes = sorted({code_of(one.system, one.code) for one in readings if one.code})
    if not codes:
        return []
    wanted = Criteria(
        "Observation",
        [patient],
        codes=codes,
        since=now - YEAR,
        count=EACH * len(codes),
    )
    return [one for found in records.summaries(wanted)[0] for one in readings_of(found)]


def _course(reading: Reading, past: Sequence[Reading], now: datetime) -> list[Reading]:
    """Return the values of its test up to this one, oldest first."""
    since = now - (HALF_YEAR if reading.category in MEASURED else YEAR)
    alike = [
        one
        for one in past
        if (one.system, one.code, one.own) == (reading.system, reading.code, reading.own)
        and one.at is not None
        and reading.at is not None
        and since <= one.at <= reading.at
    ]
    return sorted(alike, key=lambda one: (one.at is not None, one.at))

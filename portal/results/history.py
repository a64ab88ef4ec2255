"""Earlier values of the same tests, and what a corrected value said before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from fhir import raw
from fhir.search.values import token_hash
from fhir.store import Criteria, Repository, Stored, Summary
from fhir.summary import summary_of
from portal.record.reading import Reading, readings_of

EACH = 25  # earlier values looked at for each test of a panel
MOST = 500  # values of one test, for its chart and table
MOST_CORRECTED = 10  # corrected values of one report whose old value is looked up


@dataclass(frozen=True, slots=True)
class Earlier:
    """The value before this one; `is_known` is false where too many were sent to tell."""

    reading: Reading | None
    is_known: bool


@dataclass(frozen=True, slots=True)
class Correction:
    """When a value was corrected, and the one it replaced if this person had been shown it."""

    at: datetime
    old: Reading | None

    @property
    def old_number(self) -> Decimal | None:
        return self.old.number if self.old else None


def code_of(system: str, code: str) -> int:
    return token_hash(system or None, code)


def earlier(
    records: Repository, patient: str, readings: Sequence[Reading]
) -> dict[tuple[str, int | None], Earlier]:
    """Return the value before each reading, by its id and part; one query for all of them."""
    codes = {code_of(one.system, one.code) for one in _wholes(readings)}
    dated = [one.at for one in readings if one.at]
    if not codes or not dated:
        return {}
    wanted = Criteria(
        "Observation",
        [patient],
        codes=sorted(codes),
        before=(max(dated), 0),
        count=EACH * len(codes),
    )
    found, more = records.summaries(wanted)
    before = [reading for summary in found for reading in readings_of(summary)]
    return {
        (one.id, one.part): Earlier(_last_before(one, before), is_known=not more)
        for one in readings
        if one.at
    }


def of_same_test(
    records: Repository, patient: str, summary: Summary, part: int | None
) -> tuple[list[Reading], bool]:
    """Return every value of the test that `summary` is one of, oldest first; whether more exist."""
    own = _chosen(summary, part)
    if not summary.facts.get("code"):
        return [own], False
    code = code_of(str(summary.facts.get("system") or ""), str(summary.facts["code"]))
    found, more = records.summaries(Criteria("Observation", [patient], codes=[code], count=MOST))
    alike = [
        reading
        for one in found
        for reading in readings_of(one)
        if (reading.system, reading.code) == (own.system, own.code)
    ]
    if all(one.id != own.id for one in alike):
        alike.append(own)
    return sorted(alike, key=lambda one: (one.at is not None, one.at)), more


def corrections(records: Repository, readings: Sequence[Reading]) -> dict[str, Correction]:
    """Return what is known of the corrected values, by id."""
    ids = dict.fromkeys(one.id for one in readings if one.corrected)
    found = {}
    for value_id in list(ids)[:MOST_CORRECTED]:
        current, *before = records.history("Observation", value_id, late=False)
        found[value_id] = Correction(current.updated_at, _old(current, before))
    return found


def _old(current: Stored, before: Sequence[Stored]) -> Reading | None:
    """Return the newest version that said something else, of those this person was shown."""
    said = _reading_of(current)
    for version in before:
        old = _reading_of(version)
        if (old.amount, old.unit) != (said.amount, said.unit):
            return old
    return None


def _reading_of(stored: Stored) -> Reading:
    facts = summary_of(raw.parse(stored.text).resource)
    summary = Summary(
        stored.resource_type,
        stored.id,
        stored.version,
        stored.patient,
        stored.labels,
        None,
        "",
        stored.updated_at,
        0,
        facts,
    )
    return readings_of(summary)[0]


def _chosen(summary: Summary, part: int | None) -> Reading:
    readings = readings_of(summary)
    return next((one for one in readings if one.part == part), readings[0])


def _wholes(readings: Sequence[Reading]) -> list[Reading]:
    return [one for one in readings if one.code]


def _last_before(reading: Reading, found: Sequence[Reading]) -> Reading | None:
    """Return the newest of `found`, which is newest first, that is the same test, before it."""
    return next(
        (
            one
            for one in found
            if (one.system, one.code, one.own) == (reading.system, reading.code, reading.own)
            and one.id != reading.id
            and one.at is not None
            and reading.at is not None
            and one.at < reading.at
        ),
        None,
    )

"""Many ordinary results of one kind, decided at once: each still released on its own."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fhir.store import Criteria, NotFound, Repository, Stored
from portal.identity.people import Person, person_of
from portal.record.reading import readings_of
from portal.results.actions import Act, Decided, LookAgain, OnlyInPerson, release_now, stamp
from portal.results.cases import RESULT, Case, cases_of
from portal.results.preview import heading_of
from portal.results.worklist import ordinary_of


@dataclass(frozen=True, slots=True)
class OneOfMany:
    """`value` names the result and the versions that are shown here."""

    id: str
    value: str
    person: Person
    title: str
    values: list[str]

    @property
    def name(self) -> str:
        return f"{self.title}, {self.person.name}"


@dataclass(frozen=True, slots=True)
class ReleasedTogether:
    released: int
    changed: int


def rows_of(records: Repository, kind: str) -> list[OneOfMany]:
    """Return what may be decided together of a kind, with every value that it holds."""
    waiting = ordinary_of(records, kind)
    touched: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in waiting:
        touched[row.patient][row.resource_type].add(row.logical_id)
    reading = records.on_account_of({key: _addresses(ids) for key, ids in touched.items()})
    people = _people(reading, list(touched))
    cases = {
        case.address: case
        for patient, ids in touched.items()
        for case in cases_of(reading, patient, ids)
    }
    said = _said(reading, list(cases.values()))
    return [
        _one(case, people[row.patient], said)
        for row in waiting
        if (case := cases.get((row.resource_type, row.logical_id))) and row.patient in people
    ]


def _addresses(ids: dict[str, set[str]]) -> list[str]:
    return [f"{name}/{one}" for name, found in ids.items() for one in sorted(found)]


def _people(reading: Repository, keys: list[str]) -> dict[str, Person]:
    found, _ = reading.search(Criteria("Patient", ids=keys, count=len(keys) or 1))
    return {one.id: person_of(one.json) for one in found}


def _said(reading: Repository, cases: Sequence[Case]) -> dict[str, list[str]]:
    ids = [one.id for case in cases for one in _results(case)]
    found, _ = reading.summaries(Criteria(RESULT, ids=ids, count=len(ids) or 1))
    return {one.id: [f"{value.title} {value.said}" for value in readings_of(one)] for one in found}


def _results(case: Case) -> list[Stored]:
    return [one for one in (case.subject, *case.parts) if one.resource_type == RESULT]


def _one(case: Case, person: Person, said: dict[str, list[str]]) -> OneOfMany:
    return OneOfMany(
        case.subject.id,
        "/".join([*case.address, stamp(case)]),
        person,
        heading_of(case.subject),
        [text for one in _results(case) for text in said.get(one.id, ())],
    )


def release_all(records: Repository, chosen: Sequence[str], now: datetime) -> ReleasedTogether:
    """Release each of what was chosen, unless another version has come in."""
    released = changed = 0
    for value in chosen:
        resource_type, logical_id, seen = value.split("/")
        try:
            release_now(records, Act(resource_type, logical_id, seen, now))
        except LookAgain:
            changed += 1
        except (Decided, NotFound, OnlyInPerson):
            continue  # somebody else was quicker
        else:
            released += 1
    return ReleasedTogether(released, changed)

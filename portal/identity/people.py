"""Who a Patient resource is, as staff check it and as a login is named."""

from dataclasses import dataclass
from datetime import date

from fhir.paths import Json, find
from fhir.search.values import NHS_NUMBER, token_hash
from fhir.store import Criteria, Repository
from portal.identity import rules


@dataclass(frozen=True, slots=True)
class Person:
    key: str
    name: str
    born: date | None
    nhs_number: str
    resource: Json


def find_person(records: Repository, nhs_number: str, born: date) -> Person | None:
    """Return the person with this NHS number and date of birth, if both are theirs."""
    wanted = [("identifier", [token_hash(NHS_NUMBER, nhs_number)])]
    found, _ = records.search(Criteria("Patient", tokens=wanted, count=2))
    people = [person_of(stored.json) for stored in found]
    return next((person for person in people if person.born == born), None)


def person_of(patient: Json) -> Person:
    return Person(
        key=str(patient["id"]),
        name=name_of(patient),
        born=rules.birth_date(patient),
        nhs_number=next(
            (
                str(identifier.get("value", ""))
                for identifier in patient.get("identifier", ())
                if identifier.get("system") == NHS_NUMBER
            ),
            "",
        ),
        resource=patient,
    )


def name_of(patient: Json) -> str:
    """Return the name in use, given names first.

    >>> name_of({"name": [{"use": "old", "family": "Shaw"},
    ...                   {"use": "official", "given": ["Amina", "Noor"], "family": "Yusuf"}]})
    'Amina Noor Yusuf'
    """
    names = [name for name in patient.get("name", ()) if name.get("use") not in {"old", "maiden"}]
    by_use = {name.get("use"): name for name in reversed(names)}
    best = by_use.get("usual") or by_use.get("official") or (names[0] if names else {})
    parts = [*find(best, "given"), *find(best, "family")]
    return " ".join(map(str, parts)) or str(best.get("text", ""))

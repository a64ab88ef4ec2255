"""Who a Patient resource is, as staff check it and as a login is named."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from fhir.dates import span_of
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
    hospital_numbers: tuple[str, ...]
    resource: Json


# What HL7's table 0203 calls a number by which a hospital knows its patients.
_OF_HOSPITALS = frozenset({"MR", "PI"})
# With one number and one birth date; more than one is already too many.
_MOST = 10


def find_people(
    records: Repository, born: date, *, nhs_number: str = "", hospital_number: str = ""
) -> list[Person]:
    """Return whoever has this number and date of birth; a hospital number may be of any hospital.

    Capitals do not tell hospital numbers apart.
    """
    if nhs_number:
        hashes = [token_hash(NHS_NUMBER, nhs_number)]
    else:
        typed = {hospital_number, hospital_number.upper(), hospital_number.lower()}
        hashes = [token_hash(None, one) for one in typed]
    span = span_of(born.isoformat())
    wanted = Criteria(
        "Patient",
        tokens=[("identifier", hashes)],
        dates=[("birthdate", span.low, span.high)],
        count=_MOST,
    )
    people = [person_of(stored.json) for stored in records.search(wanted)[0]]
    return [
        person
        for person in people
        if person.born == born and (nhs_number or _has(person, hospital_number))
    ]


def _has(person: Person, hospital_number: str) -> bool:
    sought = hospital_number.casefold()
    return any(known.casefold() == sought for known in person.hospital_numbers)


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
        hospital_numbers=tuple(hospital_numbers_of(patient)),
        resource=patient,
    )


def hospital_numbers_of(patient: Json) -> Iterator[str]:
    """Yield the numbers by which hospitals know a person: those of no other known type.

    >>> list(hospital_numbers_of({"identifier": [
    ...     {"system": NHS_NUMBER, "value": "9990000018"},
    ...     {"type": {"coding": [{"code": "MR"}]}, "value": "M1"},
    ...     {"type": {"coding": [{"code": "PPN"}]}, "value": "A passport"},
    ...     {"system": "https://millbrook.example/mrn", "value": "M2"}]}))
    ['M1', 'M2']
    """
    for identifier in patient.get("identifier", ()):
        kinds = find(identifier, "type.coding.code") or find(identifier, "type.text")
        is_another = identifier.get("system") == NHS_NUMBER or set(kinds) - _OF_HOSPITALS
        if not is_another and (value := identifier.get("value")):
            yield str(value)


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

"""Whose is it? A person is matched by NHS number, date of birth and family name (decisions 30)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import nhs_number
from django.db import connection

from fhir import arrays
from fhir.paths import Json
from fhir.search.folding import folded
from fhir.search.values import NHS_NUMBER, token_hash


@dataclass(frozen=True, slots=True)
class Person:
    """What a message says of whom it is about; `birth_date` as FHIR writes it."""

    nhs_number: str = ""
    birth_date: str = ""
    family_names: tuple[str, ...] = ()
    # Other identifiers as (system, value): a hospital number, say.
    identifiers: tuple[tuple[str, str], ...] = field(default=())


class BadNhsNumber(ValueError):
    """The number's check digit is wrong."""


class Disagrees(Exception):
    """Somebody holds this NHS number with another date of birth or family name."""


def person_of(patient: Json) -> Person:
    """Return what a Patient resource says of the person.

    :raises BadNhsNumber: the NHS number's check digit is wrong.
    """
    number, others = "", []
    for identifier in patient.get("identifier", ()):
        system, value = identifier.get("system", ""), identifier.get("value", "")
        if system == NHS_NUMBER:
            number = checked_nhs_number(value)
        elif system and value:
            others.append((system, value))
    names = tuple(name["family"] for name in patient.get("name", ()) if name.get("family"))
    return Person(number, patient.get("birthDate", ""), names, tuple(others))


def checked_nhs_number(value: str) -> str:
    """Return the ten digits.

    :raises BadNhsNumber: they are not ten, or the check digit is wrong.
    """
    digits = value.replace(" ", "").replace("-", "")
    if not nhs_number.is_valid(digits):
        raise BadNhsNumber
    return digits


def match(person: Person) -> str:
    """Return the key of the one patient whom `person` describes, or "".

    :raises Disagrees: the NHS number is known, and date of birth or family name are not the same.
    """
    if not person.nhs_number:
        return ""
    said: dict[str, list[tuple[str, str, bool]]] = {}
    for key, *one in arrays.ask(_SAID, [token_hash(NHS_NUMBER, person.nhs_number)]).rows:
        said.setdefault(key, []).append(tuple(one))
    for key, versions in said.items():
        if _agrees(versions, person):
            return key
    if said:
        raise Disagrees
    return ""


def is_another(before: Person, after: Person) -> bool:
    """Whether the NHS number is another, or the name and the birth date both are."""
    if before.nhs_number and after.nhs_number and before.nhs_number != after.nhs_number:
        return True
    names = {folded(name) for name in before.family_names}
    renamed = bool(names) and not names & {folded(name) for name in after.family_names}
    return renamed and bool(before.birth_date) and before.birth_date != after.birth_date


def patients_with(identifiers: Iterable[tuple[str, str]]) -> list[str]:
    """Return the keys of the patients who bear one of the identifiers, given as (system, value)."""
    hashes = [token_hash(system, value) for system, value in identifiers]
    return _keys(
        "SELECT DISTINCT patient FROM portal_fhir_token WHERE name = 'identifier'"
        " AND resource_type = 'Patient' AND hash = ANY(%s) ORDER BY patient",
        [hashes],
    )


# What each version says of those who bear an identifier: birth date, a family name, if current.
_SAID: Final = """
SELECT r.patient, v.text::jsonb ->> 'birthDate', n ->> 'family', r.version = v.version
FROM (SELECT DISTINCT patient FROM portal_fhir_token
  WHERE name = 'identifier' AND resource_type = 'Patient' AND hash = %s) t
JOIN portal_fhir_resource r
  ON r.patient = t.patient AND r.resource_type = 'Patient' AND r.logical_id = t.patient
JOIN portal_fhir_version v ON v.patient = r.patient AND v.number = r.number
LEFT JOIN LATERAL jsonb_array_elements(v.text::jsonb -> 'name') n ON true
ORDER BY r.patient
"""


def _agrees(versions: Sequence[tuple[str, str, bool]], person: Person) -> bool:
    """Whether the birth date is the same and one of the family names was ever held."""
    born = {birth for birth, _, is_current in versions if is_current}
    families = {folded(family) for _, family, _ in versions if family}
    same_name = any(folded(name) in families for name in person.family_names)
    return person.birth_date in born and bool(person.birth_date) and same_name


def _keys(statement: str, parameters: Sequence[Any]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [row[0] for row in cursor.fetchall()]

"""FHIR transactions of the electronic patient record: its staff, and one for each person."""

import uuid
from collections.abc import Iterable, Iterator
from typing import Final

from portal.simulator import hospital
from portal.simulator.events import History
from portal.simulator.hospital import PROFESSIONALS, Practice, Professional
from portal.simulator.letters import documents_of
from portal.simulator.people import Person
from portal.simulator.resources import (
    NHS_NUMBER,
    ODS_CODE,
    SYSTEM,
    Json,
    council,
    identifier,
    resources_of,
)

_NAMESPACE: Final = uuid.UUID("6c9f3f3e-2f6a-5f0e-9a53-0d6a4f1c7b21")
_INTERPRETER: Final = "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired"
_GENDERS: Final = {"F": "female", "M": "male"}


def staff() -> Json:
    """Who works here: to be sent before anything that names them."""
    return _transaction((*_organisations(), *_practitioners(), *_places()))


def breathing_clinic() -> Json:
    """The service that patients of the demo can book."""
    return {
        "resourceType": "HealthcareService",
        "identifier": identifier("service", "RESPOPD"),
        "active": True,
        "name": hospital.CLINICS["respiratory"].name,
    }


def outpatients() -> Json:
    """Where its patients come who come in person."""
    return {
        "resourceType": "Location",
        "identifier": identifier("location", "RESPOPD"),
        "status": "active",
        "name": "Outpatients, Entrance B",
    }


def record(history: History) -> Json:
    """Everything of one person that is not told in HL7 v2."""
    patient = _patient(history.person)
    url = _url("Patient", history.person.mrn)
    entries = [
        (url, patient),
        *_addressed(resources_of(history, url)),
        *_addressed(documents_of(history, url)),
    ]
    return _transaction(entries)


def _addressed(resources: Iterable[Json]) -> Iterator[tuple[str, Json]]:
    for resource in resources:
        yield _url(resource["resourceType"], resource["identifier"][0]["value"]), resource


def _url(kind: str, value: str) -> str:
    return f"urn:uuid:{uuid.uuid5(_NAMESPACE, f'{kind}/{value}')}"


def _transaction(entries: Iterable[tuple[str, Json]]) -> Json:
    return {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {
                "fullUrl": url,
                "resource": resource,
                "request": {"method": "POST", "url": resource["resourceType"]},
            }
            for url, resource in entries
        ],
    }


def _patient(person: Person) -> Json:
    return _spoken(person) | {
        "resourceType": "Patient",
        "identifier": [
            {"system": NHS_NUMBER, "value": person.nhs_number},
            {"system": f"{SYSTEM}/patient", "value": person.mrn},
        ],
        "active": True,
        "name": [
            {
                "use": "official",
                "family": person.family,
                "given": [person.given],
                "prefix": [person.prefix],
            }
        ],
        "gender": _GENDERS[person.sex],
        "birthDate": person.born.isoformat(),
    }


def _spoken(person: Person) -> Json:
    """Return the language of whoever needs an interpreter."""
    if not person.interpreter:
        return {}
    language = {"coding": [{"system": "urn:ietf:bcp:47", "code": person.language}]}
    return {
        "communication": [{"language": language, "preferred": True}],
        "extension": [{"url": _INTERPRETER, "valueBoolean": True}],
    }


def _organisations() -> Iterator[tuple[str, Json]]:
    own = Practice(hospital.ODS, hospital.NAME)
    for one in (own, *hospital.PRACTICES):
        organisation = {
            "resourceType": "Organization",
            "identifier": [{"system": ODS_CODE, "value": one.ods}],
            "active": True,
            "name": one.name,
        }
        yield _url("Organization", one.ods), organisation


def _practitioners() -> Iterator[tuple[str, Json]]:
    for one in PROFESSIONALS:
        yield _url("Practitioner", one.code), _practitioner(one)
        yield _url("PractitionerRole", one.code), _role(one)


def _places() -> Iterator[tuple[str, Json]]:
    return _addressed((breathing_clinic(), outpatients()))


def _practitioner(one: Professional) -> Json:
    name = {"family": one.family, "given": [one.given], "prefix": [one.prefix]}
    return {
        "resourceType": "Practitioner",
        "identifier": [{"system": council(one), "value": one.code}],
        "active": True,
        "name": [{"use": "official", **name}],
    }


def _role(one: Professional) -> Json:
    return {
        "resourceType": "PractitionerRole",
        "identifier": [{"system": f"{SYSTEM}/role", "value": one.code}],
        "active": True,
        "practitioner": {"reference": _url("Practitioner", one.code), "display": one.name},
        "organization": {"reference": _url("Organization", hospital.ODS)},
        "code": [{"text": one.role}],
    }

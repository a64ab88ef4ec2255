"""What the electronic patient record says in FHIR of one person, resource by resource."""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from portal.simulator import hospital
from portal.simulator.events import (
    Allergy,
    History,
    Medicine,
    Problem,
    Reading,
    Vaccination,
)
from portal.simulator.hospital import Professional

Json = dict[str, Any]

SYSTEM: Final = "https://record.millbrook.example/id"
NHS_NUMBER: Final = "https://fhir.nhs.uk/Id/nhs-number"
ODS_CODE: Final = "https://fhir.nhs.uk/Id/ods-organization-code"
SNOMED: Final = "http://snomed.info/sct"
LOINC: Final = "http://loinc.org"
UCUM: Final = "http://unitsofmeasure.org"
_TERMINOLOGY: Final = "http://terminology.hl7.org/CodeSystem"
_NO_KNOWN_ALLERGY: Final = ("716186003", "No known allergy")


def coded(system: str, code: str, display: str) -> Json:
    return {"coding": [{"system": system, "code": code, "display": display}], "text": display}


def identifier(kind: str, *values: str) -> list[Json]:
    return [{"system": f"{SYSTEM}/{kind}", "value": "-".join(values)}]


def council(one: Professional) -> str:
    return f"https://fhir.hl7.org.uk/Id/{one.council.lower()}-number"


def who(one: Professional) -> Json:
    return {
        "reference": f"Practitioner?identifier={council(one)}|{one.code}",
        "display": one.name,
    }


def resources_of(history: History, patient: str) -> Iterator[Json]:
    """Everything of one person but the Patient; `patient` is the reference to use."""
    key = history.person.mrn
    subject = {"reference": patient}
    yield _team(history, key, subject)
    yield from (_condition(problem, key, subject) for problem in history.problems)
    yield from _allergies(history, key, subject)
    yield from (_medicine(medicine, key, subject) for medicine in history.medicines)
    yield from (_immunisation(one, key, subject) for one in history.vaccinations)
    yield from (_reading(reading, key, subject) for reading in history.readings)


def _team(history: History, key: str, subject: Json) -> Json:
    members = [{"member": who(one)} for one in history.team]
    team: Json = {
        "resourceType": "CareTeam",
        "identifier": identifier("care-team", key),
        "status": "active",
        "name": "Care team",
        "subject": subject,
        "managingOrganization": [own_hospital()],
    }
    return {**team, "participant": members} if members else team


def own_hospital() -> Json:
    return {
        "reference": f"Organization?identifier={ODS_CODE}|{hospital.ODS}",
        "display": hospital.NAME,
    }


def _condition(problem: Problem, key: str, subject: Json) -> Json:
    state = "resolved" if problem.ended else "active"
    condition: Json = {
        "resourceType": "Condition",
        "identifier": identifier("condition", key, problem.key),
        "clinicalStatus": _status("condition-clinical", state),
        "verificationStatus": _status("condition-ver-status", "confirmed"),
        "category": [_status("condition-category", "problem-list-item")],
        "code": coded(SNOMED, problem.snomed, problem.term),
        "subject": subject,
        "onsetDateTime": problem.since.isoformat(),
        "recordedDate": problem.since.isoformat(),
        "recorder": who(hospital.CLINICS[problem.clinic].lead),
    }
    if problem.ended:
        condition["abatementDateTime"] = problem.ended.isoformat()
    if problem.confidential:
        label = {"system": f"{_TERMINOLOGY}/v3-ActCode", "code": problem.confidential}
        condition["meta"] = {"security": [label]}
    return condition


def _status(system: str, code: str) -> Json:
    return {"coding": [{"system": f"{_TERMINOLOGY}/{system}", "code": code}]}


def _allergies(history: History, key: str, subject: Json) -> Iterator[Json]:
    for allergy in history.allergies:
        yield _allergy(allergy, key, subject)
    if history.asked_about_allergies and not history.allergies:
        yield _none_known(history.asked_about_allergies, key, subject)


def _allergy(allergy: Allergy, key: str, subject: Json) -> Json:
    seen = "unconfirmed" if allergy.told_by_patient else "confirmed"
    resource: Json = {
        "resourceType": "AllergyIntolerance",
        "identifier": identifier("allergy", key, allergy.snomed),
        "clinicalStatus": _status("allergyintolerance-clinical", "active"),
        "verificationStatus": _status("allergyintolerance-verification", seen),
        "type": "allergy",
        "category": [allergy.kind],
        "code": coded(SNOMED, allergy.snomed, allergy.substance),
        "patient": subject,
    }
    if allergy.recorded_on:
        resource["recordedDate"] = allergy.recorded_on.isoformat()
    if allergy.recorder:
        resource["recorder"] = who(allergy.recorder)
    if allergy.told_by_patient:
        resource["asserter"] = subject
    if allergy.reaction[0]:
        resource["reaction"] = [_reaction(allergy)]
    return resource


def _reaction(allergy: Allergy) -> Json:
    manifestation = coded(SNOMED, *allergy.reaction)
    if allergy.reaction_text:
        manifestation["text"] = allergy.reaction_text
    reaction: Json = {"manifestation": [manifestation]}
    return {**reaction, "severity": allergy.severity} if allergy.severity else reaction


def _none_known(asked_on: date, key: str, subject: Json) -> Json:
    """Asked, and none: said by a code, never by an empty list."""
    return {
        "resourceType": "AllergyIntolerance",
        "identifier": identifier("allergy", key, "none"),
        "clinicalStatus": _status("allergyintolerance-clinical", "active"),
        "verificationStatus": _status("allergyintolerance-verification", "confirmed"),
        "code": coded(SNOMED, *_NO_KNOWN_ALLERGY),
        "patient": subject,
        "recordedDate": asked_on.isoformat(),
        "recorder": who(hospital.MENON),
    }


def _medicine(medicine: Medicine, key: str, subject: Json) -> Json:
    common: Json = {
        "identifier": identifier("medicine", key, medicine.name.lower().replace(" ", "-")),
        "medicationCodeableConcept": {"text": medicine.name},
        "subject": subject,
    }
    if medicine.reason:
        common["reasonCode"] = [{"text": medicine.reason}]
    notes = [{"text": text} for text in (medicine.note, medicine.why_ended) if text]
    if notes:
        common["note"] = notes
    return _told(medicine, common) if medicine.told_by_patient else _prescribed(medicine, common)


def _told(medicine: Medicine, common: Json) -> Json:
    return {
        "resourceType": "MedicationStatement",
        "status": "active",
        **common,
        "effectivePeriod": {"start": medicine.since.isoformat()},
        "dateAsserted": medicine.since.isoformat(),
        "informationSource": common["subject"],
        "dosage": [{"text": medicine.dose}],
    }


def _prescribed(medicine: Medicine, common: Json) -> Json:
    period = {"start": medicine.since.isoformat()}
    if medicine.ended:
        period["end"] = medicine.ended.isoformat()
    return {
        "resourceType": "MedicationRequest",
        "status": "completed" if medicine.ended else "active",
        "intent": "order",
        **common,
        "authoredOn": medicine.since.isoformat(),
        "requester": who(medicine.prescriber),
        "dosageInstruction": [
            {"text": medicine.dose, "timing": {"repeat": {"boundsPeriod": period}}}
        ],
    }


def _immunisation(one: Vaccination, key: str, subject: Json) -> Json:
    given_on = one.given_on.isoformat()
    vaccine: Json = {"text": f"{one.name}: {one.product}"}
    if one.snomed:
        vaccine["coding"] = [{"system": SNOMED, "code": one.snomed, "display": one.name}]
    return {
        "resourceType": "Immunization",
        "identifier": identifier("immunisation", key, one.name.lower(), given_on),
        "status": "completed",
        "vaccineCode": vaccine,
        "patient": subject,
        "occurrenceDateTime": given_on,
        "primarySource": True,
        "lotNumber": one.batch,
        "site": {"text": one.place},
        "protocolApplied": [{"doseNumberPositiveInt": one.dose}],
    }


# kind → LOINC codes with their names, UCUM unit, unit as shown
_SIGNS: Final[dict[str, tuple[tuple[tuple[str, str], ...], str, str]]] = {
    "oxygen": (
        (("59408-5", "Oxygen level (SpO2)"), ("2708-6", "Oxygen saturation")),
        "%",
        "%",
    ),
    "pulse": ((("8867-4", "Heart rate"),), "/min", "beats a minute"),
    "weight": ((("29463-7", "Body weight"),), "kg", "kg"),
    "blood_pressure": ((("85354-9", "Blood pressure"),), "mm[Hg]", "mmHg"),
}
_PARTS: Final = (
    ("8480-6", "Upper (systolic) blood pressure"),
    ("8462-4", "Lower (diastolic) blood pressure"),
)


def _reading(reading: Reading, key: str, subject: Json) -> Json:
    codes, ucum, unit = _SIGNS[reading.kind]
    at = reading.at.isoformat()
    codings = [{"system": LOINC, "code": code, "display": name} for code, name in codes]
    performer = subject if reading.at_home else own_hospital()
    observation: Json = {
        "resourceType": "Observation",
        "identifier": identifier("reading", key, reading.kind, at),
        "status": "final",
        "category": [_status("observation-category", "vital-signs")],
        "code": {"coding": codings, "text": codes[0][1]},
        "subject": subject,
        "effectiveDateTime": at,
        "performer": [performer],
    }
    if reading.second:
        values = zip(_PARTS, (reading.value, reading.second), strict=True)
        parts = [_part(part, value, (ucum, unit)) for part, value in values]
        return {**observation, "component": parts}
    observation["valueQuantity"] = _quantity(reading.value, (ucum, unit))
    if reading.usual_from:
        low = _quantity(reading.usual_from, (ucum, unit))
        usual = {"low": low, "text": f">={reading.usual_from}"}
        observation["referenceRange"] = [usual]
    return observation


def _part(part: tuple[str, str], value: str, units: tuple[str, str]) -> Json:
    code, name = part
    return {"code": coded(LOINC, code, name), "valueQuantity": _quantity(value, units)}


def _quantity(value: str, units: tuple[str, str]) -> Json:
    ucum, unit = units
    number = float(value) if "." in value else int(value)
    return {"value": number, "unit": unit, "system": UCUM, "code": ucum}

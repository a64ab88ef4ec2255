"""Things of every section of a record, said shortly; what people read of each is "Said"."""

from django.db import connection

from fhir.access import SYSTEM
from fhir.scope import scoped
from fhir.store import Stored
from tests.builders import Json

SNOMED = "http://snomed.info/sct"
CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"


def a_condition(
    of: str, title: str = "COPD", status: str = "active", on: str = "2026-01-05", **more: object
) -> Json:
    return {
        "resourceType": "Condition",
        "clinicalStatus": {"coding": [{"system": CLINICAL, "code": status}]},
        "code": _concept("13645005", title),
        "subject": _of(of),
        "onsetDateTime": on,
    } | more


def an_allergy(of: str, code: str = "764146007", title: str = "Penicillin", **more: object) -> Json:
    system = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical"
    return {
        "resourceType": "AllergyIntolerance",
        "clinicalStatus": {"coding": [{"system": system, "code": "active"}]},
        "code": _concept(code, title),
        "patient": _of(of),
        "recordedDate": "2024-06-04",
    } | more


def a_medicine(
    of: str,
    title: str = "Tiotropium",
    status: str = "active",
    on: str = "2024-06-04",
    how: str = "Breathe in 1 capsule, once a day",
    **more: object,
) -> Json:
    return {
        "resourceType": "MedicationRequest",
        "status": status,
        "intent": "order",
        "medicationCodeableConcept": _concept("411533008", title),
        "subject": _of(of),
        "authoredOn": on,
        "dosageInstruction": [{"text": how}],
    } | more


def an_example_of(resource_type: str, of: str) -> Json:
    """Make one of a type with what it must have, and a name."""
    made = {"resourceType": resource_type, **_EXAMPLES[resource_type]}
    if resource_type == "Appointment":
        return made | {"participant": [{"actor": _of(of), "status": "accepted"}]}
    if resource_type == "Communication":
        return made | {"subject": _of(of), "recipient": [_of(of)]}
    if resource_type == "QuestionnaireResponse":
        made |= {"source": _of(of)}
    owner = "patient" if resource_type in _OF_PATIENT else "subject"
    return made | {owner: _of(of)}


def damage(stored: Stored, text: str = '{"resourceType":"Condition","code":{"text":"COP') -> None:
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE portal_fhir_resource SET text = %s, light = NULL WHERE logical_id = %s",
            [text, stored.id],
        )


def _of(patient: str) -> Json:
    return {"reference": f"Patient/{patient}"}


def _concept(code: str, title: str) -> Json:
    return {"coding": [{"system": SNOMED, "code": code, "display": title}], "text": title}


_SAID = _concept("123456", "Said")
_OF_PATIENT = frozenset(
    {
        "AllergyIntolerance",
        "BodyStructure",
        "Device",
        "EpisodeOfCare",
        "FamilyMemberHistory",
        "Immunization",
        "ImmunizationRecommendation",
        "NutritionOrder",
        "SupplyDelivery",
        "VisionPrescription",
    }
)
_EXAMPLES: dict[str, Json] = {
    "AllergyIntolerance": {"code": _SAID, "recordedDate": "2024-06-04"},
    "Appointment": {
        "status": "booked",
        "description": "Said",
        "start": "2026-03-20T09:20:00Z",
        "end": "2026-03-20T09:40:00Z",
    },
    "BodyStructure": {"location": _SAID},
    "CarePlan": {"status": "active", "intent": "plan", "title": "Said"},
    "CareTeam": {"status": "active", "name": "Said"},
    "Communication": {
        "status": "completed",
        "sent": "2026-03-10T10:00:00Z",
        "payload": [{"contentString": "Said"}],
    },
    "Composition": {
        "status": "final",
        "type": _SAID,
        "date": "2026-03-10",
        "author": [{"display": "Said"}],
        "title": "Said",
    },
    "Condition": {"code": _SAID, "onsetDateTime": "2019-05"},
    "Device": {"deviceName": [{"name": "Said", "type": "user-friendly-name"}]},
    "DeviceRequest": {"intent": "order", "codeCodeableConcept": _SAID},
    "DeviceUseStatement": {"status": "active", "device": {"display": "Said"}},
    "DocumentReference": {
        "status": "current",
        "type": _SAID,
        "date": "2026-03-10T10:00:00Z",
        "content": [{"attachment": {"contentType": "application/pdf", "title": "Said"}}],
    },
    "Encounter": {
        "status": "finished",
        "class": {"code": "IMP"},
        "type": [_SAID],
        "period": {"start": "2025-12-09", "end": "2025-12-11"},
    },
    "EpisodeOfCare": {"status": "active", "type": [_SAID]},
    "FamilyMemberHistory": {"status": "completed", "relationship": _SAID},
    "Flag": {
        "status": "active",
        "category": [{"coding": [{"code": "national-reasonable-adjustment-flag"}]}],
        "code": _SAID,
    },
    "Goal": {"lifecycleStatus": "active", "description": {"text": "Said"}},
    "ImagingStudy": {"status": "available", "description": "Said", "started": "2026-03-01"},
    "Immunization": {
        "status": "completed",
        "vaccineCode": _SAID,
        "occurrenceDateTime": "2025-10-01",
    },
    "ImmunizationRecommendation": {
        "date": "2026-01-01",
        "recommendation": [{"vaccineCode": [_SAID], "forecastStatus": {"text": "Due"}}],
    },
    "MedicationAdministration": {
        "status": "completed",
        "medicationCodeableConcept": _SAID,
        "effectiveDateTime": "2026-03-01",
    },
    "MedicationDispense": {"status": "completed", "medicationCodeableConcept": _SAID},
    "MedicationRequest": {
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": _SAID,
        "authoredOn": "2026-03-01",
    },
    "MedicationStatement": {"status": "active", "medicationCodeableConcept": _SAID},
    "NutritionOrder": {
        "status": "active",
        "intent": "order",
        "dateTime": "2026-03-01",
        "oralDiet": {"type": [_SAID]},
    },
    "Procedure": {"status": "completed", "code": _SAID, "performedDateTime": "2026-03-01"},
    "QuestionnaireResponse": {
        "status": "completed",
        "authored": "2026-03-01",
        "item": [{"linkId": "1", "text": "Said", "answer": [{"valueString": "Said"}]}],
    },
    "ServiceRequest": {
        "status": "active",
        "intent": "order",
        "code": _SAID,
        "authoredOn": "2026-03-01",
    },
    "Specimen": {"type": _SAID},
    "SupplyDelivery": {"status": "completed", "suppliedItem": {"itemCodeableConcept": _SAID}},
    "VisionPrescription": {
        "status": "active",
        "created": "2026-03-01",
        "dateWritten": "2026-03-01",
        "prescriber": {"display": "Said"},
        "lensSpecification": [
            {"product": _SAID, "eye": "right"},
        ],
    },
}

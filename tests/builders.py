"""Resources for tests: each says only what the test is about."""

import itertools
import json
from typing import Any

Json = dict[str, Any]

NHS = "https://fhir.nhs.uk/Id/nhs-number"
LOINC = "http://loinc.org"
ACT = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"

_numbers = itertools.count(1)


def a_patient(
    nhs: str = "",
    family: str = "Yusuf",
    given: str = "Amina",
    born: str = "1968-03-14",
    **more: Any,
) -> Json:
    """Make a Patient; without an NHS number it has a hospital number of its own."""
    identifiers = [{"system": "https://millbrook.example/mrn", "value": f"M{next(_numbers):06}"}]
    if nhs:
        identifiers.insert(0, {"system": NHS, "value": nhs})
    return {
        "resourceType": "Patient",
        "identifier": identifiers,
        "name": [{"use": "official", "family": family, "given": [given]}],
        "birthDate": born,
    } | more


def an_observation(
    of: str = "", code: str = "718-7", title: str = "Haemoglobin", value: str = "112", **more: Any
) -> Json:
    """Make a final laboratory Observation of the patient with key `of`; `value` as sent, in g/L."""
    return {
        "resourceType": "Observation",
        "status": "final",
        "category": [{"coding": [{"system": CATEGORY, "code": "laboratory"}]}],
        "code": {"coding": [{"system": LOINC, "code": code, "display": title}], "text": title},
        "subject": {"reference": f"Patient/{of}"},
        "effectiveDateTime": "2026-03-10T08:10:00Z",
        "valueQuantity": {"value": json.loads(value), "unit": "g/L"},
    } | more


def a_report(
    of: str = "", title: str = "Full blood count", code: str = "58410-2", **more: Any
) -> Json:
    """Make a final DiagnosticReport of the patient with key `of`."""
    return {
        "resourceType": "DiagnosticReport",
        "status": "final",
        "identifier": [
            {"system": "https://millbrook.example/lab", "value": f"L{next(_numbers):06}"}
        ],
        "code": {"coding": [{"system": LOINC, "code": code, "display": title}], "text": title},
        "subject": {"reference": f"Patient/{of}"},
        "effectiveDateTime": "2026-03-10T08:10:00Z",
        "issued": "2026-03-10T14:00:00Z",
    } | more


def labelled(resource: Json, *codes: str) -> Json:
    """Put security codes on a resource."""
    security = [
        {"system": ACT if len(code) > 1 else CONFIDENTIALITY, "code": code} for code in codes
    ]
    return resource | {"meta": {"security": security}}


def a_bundle(*resources: Json, kind: str = "transaction") -> Json:
    """Make a bundle that creates the resources; each stands under `urn:uuid:` and its number."""
    return {
        "resourceType": "Bundle",
        "type": kind,
        "entry": [
            {
                "fullUrl": resource.pop(
                    "fullUrl", f"urn:uuid:{next(_numbers):08}-0000-4000-8000-000000000000"
                ),
                "resource": resource,
                "request": {"method": "POST", "url": resource["resourceType"]},
            }
            for resource in map(dict, resources)
        ],
    }

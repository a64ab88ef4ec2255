"""Amina's record as hospital systems would leave it, said shortly, for tests of her pages."""

import json

from fhir.store import Repository
from tests.builders import LOINC, Json, a_report, an_observation

# Of a full blood count: name, code, unit, low and high; as the laboratory orders them.
BLOOD = {
    "hb": ("Haemoglobin", "718-7", "g/L", "115", "165"),
    "wbc": ("White blood cells", "6690-2", "×10⁹/L", "4.0", "11.0"),
    "plt": ("Platelets", "777-3", "×10⁹/L", "150", "400"),
    "eos": ("Eosinophils", "711-2", "×10⁹/L", None, None),
    "baso": ("Basophils", "704-7", "×10⁹/L", None, None),
}
RANGES = {"eos": "<0.41"}


def a_value(patient: str, name: str, value: str, on: str = "2026-03-10", **more: object) -> Json:
    """Make one value of a blood count; `value` as the laboratory wrote it, "<0.1" too."""
    title, code, unit, low, high = BLOOD[name]
    comparator = value[0] if value[0] in "<>" else None
    quantity: Json = {"value": json.loads(value.lstrip("<>")), "unit": unit}
    made = an_observation(patient, code, title, effectiveDateTime=f"{on}T09:15:00Z")
    made["valueQuantity"] = quantity | ({"comparator": comparator} if comparator else {})
    if low and high:
        limits = {"low": {"value": json.loads(low)}, "high": {"value": json.loads(high)}}
        made["referenceRange"] = [limits]
    elif name in RANGES:
        made["referenceRange"] = [{"text": RANGES[name]}]
    return made | more


def flagged(value: Json, flag: str) -> Json:
    return value | {"interpretation": [{"coding": [{"code": flag}]}]}


def a_count(
    records: Repository, patient: str, on: str = "2026-03-10", **values: str
) -> tuple[str, dict[str, str]]:
    """Store a full blood count; return the report's id and those of its values."""
    ids = {}
    for name, value in (values or {"hb": "112", "plt": "286"}).items():
        ids[name] = records.create(a_value(patient, name, value, on)).id
    report = a_report(
        patient,
        effectiveDateTime=f"{on}T09:15:00Z",
        issued=f"{on}T16:37:00Z",
        category=[{"coding": [{"code": "LAB"}]}],
        result=[{"reference": f"Observation/{one}"} for one in ids.values()],
        performer=[{"display": "Millbrook blood laboratory"}],
    )
    return records.create(report).id, ids


def a_scan(records: Repository, patient: str, on: str = "2025-12-11") -> str:
    """Store the report of a chest X-ray, in words alone."""
    report = a_report(
        patient,
        "Chest X-ray",
        "30746-2",
        effectiveDateTime=f"{on}T11:00:00Z",
        category=[{"coding": [{"code": "RAD"}]}],
        conclusion="The lungs are clear.\n\nNo change since last year.",
    )
    return records.create(report).id


def a_pressure(
    records: Repository, patient: str, on: str = "2026-02-02", *, own: bool = False
) -> str:
    """Store a blood pressure, which has two parts and stands in no report."""
    part = [
        {"code": {"coding": [{"system": LOINC, "code": code}], "text": title},
         "valueQuantity": {"value": value, "unit": "mmHg"}}
        for code, title, value in (("8480-6", "Systolic", 128), ("8462-4", "Diastolic", 82))
    ]  # fmt: skip
    made = an_observation(patient, "85354-9", "Blood pressure", effectiveDateTime=f"{on}T10:00:00Z")
    del made["valueQuantity"]
    made["category"] = [{"coding": [{"code": "vital-signs"}]}]
    made["component"] = part
    if own:
        made["performer"] = [{"reference": f"Patient/{patient}"}]
    return records.create(made).id

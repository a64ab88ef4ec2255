"""A laboratory that reports through the real door, and the relay that hears of it."""

import json
from itertools import count

from fhir import deliveries
from fhir.access import READING, SYSTEM, Grant, Kind, Viewer
from fhir.intake import Source, accept
from fhir.labels import Label
from fhir.store import Criteria, NotFound, Repository
from fhir.validation import check
from tests.builders import LOINC, Json, a_bundle, a_report, an_observation

WINPATH = Source("winpath", SYSTEM)
HISTORY = Source("winpath", SYSTEM, backload=True)
OF_PATIENTS = frozenset(
    {"Patient", "DiagnosticReport", "Observation", "DocumentReference", "Communication"}
)
_numbers = count(1)


def sent(*resources: Json, source: Source = WINPATH) -> list[str]:
    """Send resources in one bundle and let the relay tell of them; return their ids."""
    ids = received(*resources, source=source)
    told()
    return ids


def received(*resources: Json, source: Source = WINPATH) -> list[str]:
    """Send resources in one bundle; nobody has been told yet."""
    written = accept(check(json.dumps(a_bundle(*resources))).entries(), source)
    return [one.draft.logical_id for one in written]


def told() -> None:
    while deliveries.deliver_next():
        continue


def a_name() -> str:
    return f"urn:uuid:{next(_numbers):08}-1111-4000-8000-000000000000"


def a_count(patient: str, *results: Json, **more: object) -> list[Json]:
    """Make a full blood count that names its results: haemoglobin alone if none is given."""
    results = results or (a_value(patient),)
    named = [result | {"fullUrl": result.get("fullUrl") or a_name()} for result in results]
    report = a_report(patient, result=[{"reference": one["fullUrl"]} for one in named])
    report["category"] = [{"coding": [{"code": "HM"}]}]
    return [report | more, *named]


def a_value(patient: str, value: str = "132", flag: str = "N", **more: object) -> Json:
    """Make one haemoglobin with the number that its laboratory knows it by."""
    found = an_observation(patient, value=value) | more
    identifier = {"system": "https://millbrook.example/result", "value": f"R{next(_numbers):06}"}
    found.setdefault("identifier", [identifier])
    return found | {"interpretation": [{"coding": [{"code": flag}]}]} if flag else found


def coded(code: str, title: str = "") -> Json:
    return {"coding": [{"system": LOINC, "code": code, "display": title or code}], "text": title}


def as_patient(patient: str) -> Repository:
    """Give the record as the patient may see it."""
    sees = int(Label.SENSITIVE | Label.TEAM_ONLY)
    grant = Grant(frozenset({patient}), OF_PATIENTS, READING, sees)
    return Repository(Viewer(Kind.PATIENT, f"Patient/{patient}", "Amina Yusuf", grants=(grant,)))


def seen(patient: str, resource_type: str = "DiagnosticReport") -> list[str]:
    """Return the ids of what the patient may see of a type."""
    found, _ = as_patient(patient).search(Criteria(resource_type, [patient]))
    return [one.id for one in found]


def may_see(patient: str, resource_type: str, logical_id: str) -> bool:
    try:
        as_patient(patient).read(resource_type, logical_id)
    except NotFound:
        return False
    return True

"""A consultation in FHIR: an Encounter that names its Appointment, as UK Core shapes it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from fhir.access import Viewer
from fhir.paths import Json
from portal.appointments.rules import Mode

_CLASSES: Final = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
_INTERPRETER: Final = {
    "system": "http://terminology.hl7.org/CodeSystem/participant-type",
    "code": "translator",
    "display": "Translator",
}

_AT_HOSPITAL: Final = {"system": _CLASSES, "code": "AMB", "display": "ambulatory"}
_ELSEWHERE: Final = {"system": _CLASSES, "code": "VR", "display": "virtual"}


def begun(appointment: Json, mode: str, by: Viewer, now: datetime) -> Json:
    """Return the consultation that begins when its patient is let in, or is rung."""
    patient = next(
        one["actor"]
        for one in appointment.get("participant", ())
        if str(one.get("actor", {}).get("reference", "")).startswith("Patient/")
    )
    made: Json = {
        "resourceType": "Encounter",
        "status": "in-progress",
        "class": _AT_HOSPITAL if mode == Mode.IN_PERSON else _ELSEWHERE,
        "subject": patient,
        "appointment": [{"reference": f"Appointment/{appointment['id']}"}],
        "participant": [{"individual": {"reference": by.who, "display": by.name}}],
        "period": {"start": now.isoformat(timespec="seconds")},
    }
    if service := appointment.get("serviceType"):
        made["serviceType"] = service[0]
    if basis := appointment.get("basedOn"):
        made["basedOn"] = basis
    if security := appointment.get("meta", {}).get("security"):
        made["meta"] = {"security": security}
    return made


def finished(encounter: Json, now: datetime, interpreters: Iterable[str] = ()) -> Json:
    """Return the consultation that has ended, and who interpreted in it, by the name they gave.

    A guest is no resource: a contained one would say of them what nobody has checked.
    """
    period = encounter.get("period", {}) | {"end": now.isoformat(timespec="seconds")}
    came = [
        {"type": [{"coding": [_INTERPRETER]}], "individual": {"display": name}}
        for name in interpreters
    ]
    participants = [*encounter.get("participant", ()), *came]
    return encounter | {"status": "finished", "period": period, "participant": participants}

"""Booking in FHIR: Schedule, Slot and Appointment, as UK Core shapes them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from fhir import adopting
from fhir.paths import Json, find
from fhir.raw import dump
from fhir.store import Draft
from fhir.validation import check
from portal.appointments.models import Claim, Clinic, ClinicSlot
from portal.appointments.rules import Mode

CHANNEL: Final = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-DeliveryChannel"
CHANNELS: Final = "https://fhir.hl7.org.uk/CodeSystem/UKCore-DeliveryChannel"
CHANNEL_OF: Final = {Mode.VIDEO: "Video", Mode.PHONE: "Telephone", Mode.IN_PERSON: "In-person"}
MODE_OF: Final = {code: mode for mode, code in CHANNEL_OF.items()}
# Which of a person's numbers is for one visit alone; R4 has no place for it.
CONTACT: Final = "urn:daybook:extension:contact-for-this-visit"
PREVIOUS: Final = (
    "http://hl7.org/fhir/5.0/StructureDefinition/extension-Appointment.previousAppointment"
)
BOOKING: Final = adopting.NUMBERS["Appointment"]
CANCELLED_WHY: Final = "urn:daybook:codes:cancelled"
RESCHEDULED: Final = "rescheduled"
# Why a hospital cancels: the clinic is not held, or the service does not see this person then.
BY_CLINIC: Final = "clinic-cancelled"
BY_SERVICE: Final = "service-cancelled"


@dataclass(frozen=True, slots=True)
class Details:
    """What the patient adds to a booking."""

    reason: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Basis:
    """What a new Appointment takes from the record: its ticket, labels and the person's needs."""

    ticket: str
    title: str = ""
    security: Sequence[Json] = ()
    needs: Sequence[Json] = field(default_factory=list)


def draft(resource: Json, patient: str = "", if_match: int | None = None) -> Draft:
    """Return a resource under its own id as the store takes it, checked as from anywhere else."""
    checked = check(dump(resource))
    return Draft(checked.resource, checked.text, str(resource["id"]), patient, if_match=if_match)


def schedule(clinic: Clinic, first: datetime, last: datetime) -> Json:
    return {
        "resourceType": "Schedule",
        "id": str(clinic.key),
        "active": clinic.stage == Clinic.Stage.PUBLISHED,
        "serviceType": [{"text": clinic.service_name or clinic.name}],
        "actor": [one for one in _actors(clinic).values() if one],
        "planningHorizon": {"start": first.isoformat(), "end": last.isoformat()},
    }


def slot(row: ClinicSlot, clinic: Clinic) -> Json:
    """Return a slot; what is only held is free, since a hold ends by itself."""
    status = ("busy" if row.is_full else "free") if row.is_open else "busy-unavailable"
    made: Json = {
        "resourceType": "Slot",
        "id": row.slot,
        "serviceType": [{"text": clinic.service_name or clinic.name}],
        "schedule": {"reference": f"Schedule/{clinic.key}"},
        "status": status,
        "start": row.starts_at.isoformat(),
        "end": row.ends_at.isoformat(),
    }
    if len(row.modes) == 1:
        made["extension"] = [channel(row.modes[0])]
    return made


def slots(rows: Sequence[ClinicSlot], clinic: Clinic) -> list[Json]:
    """Return slots of a clinic, and of others such as have been taken with them."""
    return [slot(row, clinic if row.clinic_id == clinic.key else row.clinic) for row in rows]


def channel(mode: str) -> Json:
    return {"url": CHANNEL, "valueCodeableConcept": {"coding": [_channel_code(mode)]}}


def appointment(claim: Claim, slots: Sequence[ClinicSlot], basis: Basis, details: Details) -> Json:
    """Return a new booking of these slots, which are of one clinic."""
    clinic = slots[0].clinic
    made: Json = {
        "resourceType": "Appointment",
        "id": str(claim.key),
        "extension": [channel(claim.mode), *_contact(details.phone)],
        "identifier": [{"system": BOOKING, "value": str(claim.series)}],
        "status": "booked",
        "serviceType": [{"text": clinic.service_name or clinic.name}],
        "start": claim.starts_at.isoformat(),
        "end": claim.ends_at.isoformat(),
        "minutesDuration": int((claim.ends_at - claim.starts_at).total_seconds() // 60),
        "slot": [{"reference": f"Slot/{one.slot}"} for one in slots],
        "created": claim.booked_at.isoformat() if claim.booked_at else None,
        "patientInstruction": clinic.instruction,
        "description": basis.title,
        "reasonCode": [{"text": details.reason}] if details.reason else None,
        "supportingInformation": list(basis.needs),
        "basedOn": [{"reference": f"ServiceRequest/{basis.ticket}"}],
        "participant": _participants(claim, clinic),
    }
    if basis.security:
        made["meta"] = {"security": list(basis.security)}
    return _filled(made)


def moved(old: Json, claim: Claim, slots: Sequence[ClinicSlot]) -> Json:
    """Return a booking's successor at another time: all that was said of it goes with it."""
    clinic = slots[0].clinic
    left = {"id", "meta", "cancelationReason", "text"}
    kept = {name: value for name, value in old.items() if name not in left}
    again = appointment(claim, slots, Basis(claim.ticket), Details())
    own = {"id", "start", "end", "minutesDuration", "slot", "created", "participant", "serviceType"}
    made = kept | {name: again[name] for name in own if name in again}
    changing = {CHANNEL, PREVIOUS}
    extensions = [one for one in old.get("extension", ()) if one.get("url") not in changing]
    before = {"reference": f"Appointment/{old['id']}"}
    made["extension"] = [
        channel(claim.mode),
        {"url": PREVIOUS, "valueReference": before},
        *extensions,
    ]
    if clinic.instruction:
        made["patientInstruction"] = clinic.instruction
    if security := old.get("meta", {}).get("security"):
        made["meta"] = {"security": security}
    return made


def contact_of(appointment: Json) -> str:
    """Return the number that its patient gave for this visit."""
    own = [one for one in find(appointment, "extension") if isinstance(one, dict)]
    points = [one.get("valueContactPoint") for one in own if one.get("url") == CONTACT]
    return next((str(one.get("value") or "") for one in points if isinstance(one, dict)), "")


def with_contact(old: Json, phone: str) -> Json:
    """Return a booking for which its patient is rung on another number."""
    others = [one for one in old.get("extension", ()) if one.get("url") != CONTACT]
    return old | {"extension": [*others, *_contact(phone)]}


def cancelled(old: Json, code: str, words: str, successor: str = "") -> Json:
    """Return a booking that has ended, with why, and what took its place."""
    coding = {"system": CANCELLED_WHY, "code": code}
    made = old | {"status": "cancelled", "cancelationReason": {"coding": [coding], "text": words}}
    if successor:
        pointer = {"reference": f"Appointment/{successor}"}
        made["supportingInformation"] = [*old.get("supportingInformation", ()), pointer]
    return made


def why_cancelled(appointment: Json) -> str:
    """Return the code by which we said why a booking ended, if we did."""
    codings = find(appointment, "cancelationReason.coding")
    own = (one for one in codings if isinstance(one, dict) and one.get("system") == CANCELLED_WHY)
    return str(next(own, {}).get("code") or "")


def until(appointment: Json, otherwise: datetime) -> datetime:
    """Return when a visit ends, which may be later than what is guarded of it."""
    return datetime.fromisoformat(appointment["end"]) if "end" in appointment else otherwise


def modes_of(concepts: Sequence[Json]) -> frozenset[str]:
    """Return the ways of being seen that these concepts name."""
    codes = {
        str(coding.get("code"))
        for concept in concepts
        for coding in concept.get("coding", ())
        if coding.get("system") == CHANNELS
    }
    return frozenset(MODE_OF[code] for code in codes if code in MODE_OF)


def mode_concepts(modes: Sequence[str]) -> list[Json]:
    return [{"coding": [_channel_code(mode)]} for mode in modes]


def _channel_code(mode: str) -> Json:
    code = CHANNEL_OF[Mode(mode)]
    return {"system": CHANNELS, "code": code, "display": code}


def _contact(phone: str) -> list[Json]:
    if not phone:
        return []
    point = {"system": "phone", "value": phone, "use": "temp"}
    return [{"url": CONTACT, "valueContactPoint": point}]


def _actors(clinic: Clinic) -> dict[str, Json]:
    return {
        "clinician": reference("Practitioner", clinic.clinician, clinic.clinician_name),
        "location": reference("Location", clinic.location, clinic.location_name),
        "service": reference("HealthcareService", clinic.service, clinic.service_name),
    }


def _participants(claim: Claim, clinic: Clinic) -> list[Json]:
    patient = {"reference": f"Patient/{claim.patient}"}
    actors = [patient, *(one for one in _actors(clinic).values() if one)]
    return [{"actor": actor, "status": "accepted"} for actor in actors]


def reference(kind: str, logical_id: str, name: str = "") -> Json:
    if not logical_id:
        return {}
    return {"reference": f"{kind}/{logical_id}"} | ({"display": name} if name else {})


def _filled(resource: Json) -> Json:
    return {name: value for name, value in resource.items() if value}

"""A clinic, tickets and people for tests of booking; each says only what the test is about."""

import itertools
import uuid
from datetime import date, time

from fhir.access import SYSTEM, Grant, Kind, Viewer
from fhir.store import Criteria, Repository
from portal import clock
from portal.appointments import actions, claims, clinics
from portal.appointments.actions import Choice
from portal.appointments.models import Claim, Clinic, ClinicSlot
from portal.appointments.resources import Details
from portal.identity import grants
from portal.identity.models import Capacity, User

SERVICE, NAIR = "breathing", "nair"
DETAILS = Details("I am out of breath at night", "07700 900123")
_requests = itertools.count(1)


def a_clinic(**more):
    """Make Dr Nair's: Tuesdays from nine to twelve, 24 March to 28 April 2026, by video."""
    usual = {
        "stage": Clinic.Stage.PUBLISHED,
        "name": "Breathing clinic, Tuesdays",
        "service": SERVICE,
        "service_name": "Breathing clinic",
        "clinician": NAIR,
        "clinician_name": "Dr Priya Nair",
        "location": "north",
        "location_name": "North Site",
        "weekdays": [2],
        "opens": time(9),
        "closes": time(12),
        "minutes": 20,
        "capacity": 1,
        "modes": ["video"],
        "languages": [],
        "first_day": date(2026, 3, 24),
        "last_day": date(2026, 4, 28),
        "instruction": "Have your inhalers with you.",
    }
    return Clinic(**usual | more)


def published(**more):
    clinic = a_clinic(**more)
    clinics.change(clinic, clock.now(), SYSTEM)
    return clinic


def slots_of(clinic, **which):
    return list(ClinicSlot.objects.filter(clinic=clinic, **which).order_by("starts_at"))


def a_ticket(patient, service=SERVICE, **more):
    return {
        "resourceType": "ServiceRequest",
        "status": "active",
        "intent": "order",
        "code": {"text": "Follow-up of your breathing"},
        "subject": {"reference": f"Patient/{patient}"},
        "requester": {"reference": f"Practitioner/{NAIR}", "display": "Dr Priya Nair"},
        "authoredOn": "2026-03-11T10:00:00Z",
        "performer": [{"reference": f"HealthcareService/{service}", "display": "Breathing clinic"}],
    } | more


def ordered(patient, service=SERVICE, **more):
    """Write a ticket and return its id."""
    return Repository(SYSTEM).create(a_ticket(patient, service, **more)).id


def a_need(patient, said):
    """Give what staff are to do for a person, as its patient may read it."""
    return {
        "resourceType": "Flag",
        "status": "active",
        "category": [{"coding": [{"code": "national-reasonable-adjustment-flag"}]}],
        "code": {"text": said},
        "subject": {"reference": f"Patient/{patient}"},
    }


def records_of(patient):
    """Return the record as its patient has it."""
    held = grants.grants_of(User(), Capacity.PATIENT, patient)
    return Repository(Viewer(Kind.PATIENT, f"Patient/{patient}", "Amina Yusuf", grants=held))


def carer_of(patient, *types):
    """Return the record as somebody has it with whom these types are shared."""
    held = (
        Grant(frozenset({patient}), frozenset(types)),
        Grant(grants.SHARED, grants.PATIENT_SHARED_TYPES),
    )
    return Repository(
        Viewer(
            Kind.PROXY, "RelatedPerson/ben", "Ben", grants=held, on_behalf_of=f"Patient/{patient}"
        )
    )


def choice(ticket, slot, mode="video", moving="", request="", *, longer=False):
    request = request or f"form-{next(_requests)}"
    return Choice(request, ticket, slot.slot, mode, str(moving), longer)


def held(patient, ticket, slot, **more):
    return actions.hold(records_of(patient), patient, choice(ticket, slot, **more))


def booked(patient, ticket, slot, details=DETAILS, **more):
    key = held(patient, ticket, slot, **more).key
    return actions.confirm(records_of(patient), patient, key, details)


def moved(patient, booking, slot, **more):
    new = held(patient, booking.ticket, slot, moving=booking.key, **more)
    return actions.move(records_of(patient), patient, new.key)


def cancelled(booking):
    """Let its patient cancel a booking."""
    records = records_of(booking.patient)
    return actions.cancel(records, booking.patient, str(booking.key), actions.Why.OTHER)


def appointment(claim):
    key = claim if isinstance(claim, str) else str(getattr(claim, "key", claim))
    return Repository(SYSTEM).read("Appointment", key).json


def fhir_slot(slot):
    return Repository(SYSTEM).read("Slot", slot.slot).json


def appointments_of(patient, **criteria):
    wanted = Criteria("Appointment", patients=[patient], count=100, **criteria)
    return Repository(SYSTEM).search(wanted)[0]


def claims_with(**which):
    with claims.opened():
        return list(Claim.objects.filter(**which).order_by("made_at"))


def claim(key: uuid.UUID):
    with claims.opened():
        return claims.by_key(key)

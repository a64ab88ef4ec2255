"""Clinics that can be booked in the demo, and whom Dr Nair asks back, or lets ask."""

import uuid
from datetime import datetime, time
from typing import Final

from fhir.access import SYSTEM
from fhir.store import Repository
from portal.appointments import clinics
from portal.appointments.models import Clinic
from portal.appointments.rules import Mode
from portal.appointments.tickets import Order, order_follow_up, tickets
from portal.identity import people
from portal.identity.models import User
from portal.pifu.plans import set_plan
from portal.pifu.reading import rights_of
from portal.pifu.resources import Terms
from portal.pifu.rules import after_months
from portal.record.dates import local
from portal.simulator import bundles, cast, hospital
from portal.simulator.accounts import BOOKING, OFFICE, at_work, found_by
from portal.simulator.hospital import Professional
from portal.simulator.people import Person
from portal.simulator.resources import Json, council

_TUESDAY, _THURSDAY = 2, 4
_NAMESPACE: Final = uuid.UUID("0f4d3a52-8f3c-5b7e-9d41-6f0a2f1d7c60")
_BY_VIDEO: Final = "video"
_MONTHS: Final = 6
_ORDERED: Final = ((cast.AMINA, "Follow-up of your breathing"), (cast.BEN, "Asthma review"))


def open_clinics(now: datetime) -> None:
    """Publish two clinics of breathing medicine, which Sam runs; said again, the same two."""
    by_video = {"weekdays": [_TUESDAY], "modes": [Mode.VIDEO], "languages": ["ur"]}
    in_person = {"weekdays": [_THURSDAY], "modes": [Mode.IN_PERSON]}
    _open(_BY_VIDEO, hospital.NAIR, by_video, now)
    _open("in person", hospital.OKORO, in_person, now)
    location, _ = _shared("Location", bundles.outpatients())
    User.objects.filter(email=f"{BOOKING}@millbrook.example").update(sites=[location])


def clinic_by_video() -> Clinic:
    return Clinic.objects.get(key=uuid.uuid5(_NAMESPACE, _BY_VIDEO))


def order_follow_ups(now: datetime) -> None:
    """Let Dr Nair ask to see Amina and Ben again."""
    doctor = User.objects.get(email=f"{hospital.NAIR.key}@millbrook.example")
    records = Repository(at_work(doctor, now))
    service, name = _service()
    for person, title in _ORDERED:
        patient = _patient(person, now)
        if not tickets(records, patient):
            order_follow_up(records, patient, Order(service, name, title), now)


def let_ask(now: datetime) -> None:
    """Let Ben ask Dr Nair to see him, for half a year; said again, as before."""
    doctor = User.objects.get(email=f"{hospital.NAIR.key}@millbrook.example")
    records, patient = Repository(at_work(doctor, now)), _patient(cast.BEN, now)
    if rights_of(records, patient, now):
        return
    today = local(now).date()
    terms = Terms(
        title="Your asthma, if it gets worse",
        service=_service(),
        clinician=(doctor.practitioners[0], doctor.name),
        first_day=today,
        last_day=after_months(today, _MONTHS),
        when="you need your blue inhaler on 3 days or more in a week, or you wake up coughing",
        emergencies=["you are too breathless to speak", "your lips or fingers turn blue"],
        urgent=["your blue inhaler does not help as long as it used to"],
    )
    set_plan(records, patient, terms, now)


def made(kind: str, lead: Professional, rule: dict[str, object], now: datetime) -> Clinic:
    """Return a clinic of breathing medicine, which is not published yet."""
    service, service_name = _service()
    location, location_name = _shared("Location", bundles.outpatients())
    usual: dict[str, object] = {"opens": time(9), "closes": time(12), "minutes": 20}
    return Clinic(
        key=uuid.uuid5(_NAMESPACE, kind),
        stage=Clinic.Stage.PUBLISHED,
        name=f"{service_name}, {kind}",
        service=service,
        service_name=service_name,
        clinician=found_by("Practitioner", council(lead), lead.code)[0],
        clinician_name=lead.name,
        location=location,
        location_name=location_name,
        first_day=local(now).date(),
        instruction="Have your inhalers and a list of your medicines with you.",
        **usual | rule,
    )


def _open(kind: str, lead: Professional, rule: dict[str, object], now: datetime) -> None:
    if not Clinic.objects.filter(key=uuid.uuid5(_NAMESPACE, kind)).exists():
        clinics.change(made(kind, lead, rule, now), now, SYSTEM)


def _service() -> tuple[str, str]:
    return _shared("HealthcareService", bundles.breathing_clinic())


def _shared(kind: str, resource: Json) -> tuple[str, str]:
    """Return the id and the name of a resource that the hospital has sent."""
    named = resource["identifier"][0]
    [found] = found_by(kind, named["system"], named["value"])
    return found, str(resource["name"])


def _patient(person: Person, now: datetime) -> str:
    office = User.objects.get(email=f"{OFFICE}@millbrook.example")
    records = Repository(at_work(office, now))
    return people.find_people(records, person.born, nhs_number=person.nhs_number)[0].key

"""A visit by video of today, so that the waiting room and the call can be tried at any hour."""

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from fhir.access import SYSTEM, Viewer
from fhir.store import Repository
from portal.appointments import actions, claims, clinics
from portal.appointments.actions import Choice
from portal.appointments.models import Claim, Clinic, ClinicSlot
from portal.appointments.refusing import CannotBook
from portal.appointments.resources import Details
from portal.appointments.rules import Mode, State
from portal.appointments.tickets import Order, order_follow_up
from portal.identity.models import User
from portal.record.dates import local
from portal.simulator import booking, cast, hospital
from portal.simulator.accounts import as_patient, at_work

MINUTES: Final = 10
_TIMES: Final = 3
_PHONE: Final = "07700 900 123"
# A visit that began less long ago, or begins sooner, can be joined for a while yet.
_STILL: Final = timedelta(hours=2)
_SOON: Final = timedelta(minutes=30)


def bring_a_visit(now: datetime) -> bool:
    """Book Amina with Dr Nair in the next minutes, unless there is one to be joined already."""
    amina = as_patient(User.objects.get(email=cast.AMINA.email), now)
    patient = amina.who.partition("/")[2]
    if _is_expected(patient, now):
        return True
    clinic = _clinic(now)
    if clinic is None:
        return False
    ticket = asked_for(patient, clinic, "A talk about your breathing", now)
    times = ClinicSlot.objects.filter(clinic=clinic).order_by("starts_at")
    return book_first(amina, patient, ticket, times) is not None


def book_first(
    viewer: Viewer, patient: str, ticket: str, times: Iterable[ClinicSlot]
) -> Claim | None:
    """Book the first of these that is free, by video, as its patient does on the pages."""
    for slot in times:
        try:
            choice = Choice(str(uuid.uuid4()), ticket, slot.slot, Mode.VIDEO)
            held = actions.hold(Repository(viewer), patient, choice)
        except CannotBook:
            continue
        details = Details("I am out of breath on the stairs", _PHONE)
        return actions.confirm(Repository(viewer), patient, held.key, details)
    return None


def asked_for(patient: str, clinic: Clinic, title: str, now: datetime) -> str:
    """Let Dr Nair ask to see somebody once more."""
    doctor = User.objects.get(email=f"{hospital.NAIR.key}@millbrook.example")
    order = Order(clinic.service, clinic.service_name, title)
    return order_follow_up(Repository(at_work(doctor, now)), patient, order, now)


def _is_expected(patient: str, now: datetime) -> bool:
    with claims.opened():
        return Claim.objects.filter(
            patient=patient,
            mode=Mode.VIDEO,
            state=State.BOOKED,
            starts_at__range=(now - _STILL, now + _SOON),
        ).exists()


def _clinic(now: datetime) -> Clinic | None:
    """Publish a clinic of a few minutes, which begins with the next ten; none near midnight."""
    here = local(now)
    begins = here.replace(second=0, microsecond=0) + timedelta(
        minutes=MINUTES - here.minute % MINUTES
    )
    ends = begins + timedelta(minutes=MINUTES * _TIMES)
    if ends.date() != here.date():
        return None
    rule = {
        "weekdays": [here.isoweekday()],
        "modes": [Mode.VIDEO],
        "languages": ["ur"],
        "opens": begins.time(),
        "closes": ends.time(),
        "minutes": MINUTES,
        "last_day": here.date(),
        "nation": "",
    }
    made = booking.made(f"video, {here:%-d %B %H:%M}", hospital.NAIR, rule, now)
    clinics.change(made, now, SYSTEM)
    return made

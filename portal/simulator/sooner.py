"""An earlier time that waits for Ben's answer: Amina cancels a visit at which he would come."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from fhir.access import Viewer
from fhir.store import Repository
from portal.appointments import actions, claims
from portal.appointments.actions import Why
from portal.appointments.models import Claim, ClinicSlot
from portal.appointments.rules import State
from portal.appointments.tickets import tickets
from portal.identity.models import User
from portal.offers import wishes
from portal.offers.reading import open_to
from portal.offers.rules import WEEKDAYS
from portal.offers.wishes import Wanted
from portal.simulator import booking, cast
from portal.simulator.accounts import as_patient
from portal.simulator.people import Person
from portal.simulator.visiting import asked_for, book_first

if TYPE_CHECKING:
    from django.db.models import QuerySet

_SOON, _LATE = timedelta(days=3), timedelta(weeks=3)
_NOTICE: Final = 1
_ORDERED: Final = "A check of how you use your inhalers"


def bring_an_offer(now: datetime) -> bool:
    """Let a time come free that Ben would take, unless one is offered to him already.

    The relay hears of it and makes the offer: what comes free at night, in the morning.
    """
    ben, patient = _signed_in(cast.BEN, now)
    if open_to(Repository(ben), patient, now):
        return True
    late = _booked_late(ben, patient, now)
    if late is None:
        return False
    wishes.wish(Repository(ben), patient, late, Wanted(_NOTICE, WEEKDAYS), now)
    return _amina_cancels(now)


def _signed_in(person: Person, now: datetime) -> tuple[Viewer, str]:
    viewer = as_patient(User.objects.get(email=person.email), now)
    return viewer, viewer.who.partition("/")[2]


def _booked_late(ben: Viewer, patient: str, now: datetime) -> Claim | None:
    """Return what he has booked three weeks ahead or more, or let him book the last time."""
    clinic = booking.clinic_by_video()
    with claims.opened():
        his = Claim.objects.filter(patient=patient, state=State.BOOKED, service=clinic.service)
        found = his.filter(mode__in=clinic.modes, starts_at__gt=now + _LATE).first()
    if found:
        return found
    ticket = asked_for(patient, clinic, _ORDERED, now)
    return book_first(ben, patient, ticket, _times(now + _LATE).order_by("-starts_at"))


def _amina_cancels(now: datetime) -> bool:
    amina, patient = _signed_in(cast.AMINA, now)
    clinic = booking.clinic_by_video()
    hers = [one.id for one in tickets(Repository(amina), patient) if one.service == clinic.service]
    ticket = hers[0] if hers else asked_for(patient, clinic, _ORDERED, now)
    booked = book_first(amina, patient, ticket, _times(now + _SOON).order_by("starts_at"))
    if booked:
        actions.cancel(Repository(amina), patient, str(booked.key), Why.CANNOT_COME)
    return booked is not None


def _times(after: datetime) -> "QuerySet[ClinicSlot]":
    return ClinicSlot.objects.filter(clinic=booking.clinic_by_video(), starts_at__gt=after)

"""A mother, her children, and what they are asked to come for, for tests of booking together."""

import uuid
from dataclasses import dataclass, replace
from datetime import date, time

from django.db import connection

from fhir.access import SYSTEM
from fhir.scope import scoped
from fhir.store import Repository
from portal import clock
from portal.appointments.resources import Details
from portal.appointments.searching import Wanted
from portal.appointments.together import actions, companies, runs
from portal.appointments.together.actions import Choice
from portal.appointments.together.people import Booker
from portal.carers.models import Sharing
from portal.carers.rules import Basis, State
from portal.identity import sessions
from portal.identity.models import User
from portal.identity.viewers import viewer_in
from tests.builders import a_patient
from tests.portal.appointments.clinic import choice, ordered
from tests.signing_in import a_login, linked, signed_in

BORN = date(2019, 5, 4)
NINE = time(9)
DETAILS = Details("", "07700 900123")


@dataclass
class Family:
    """A mother's login, and who has a ticket: each patient's key with its ticket, hers first."""

    mother: User
    tickets: dict[str, str]

    @property
    def children(self):
        return list(self.tickets)[1:]

    @property
    def booker(self):
        return booker_of(self.mother)

    @property
    def company(self):
        (found,) = companies.companies_of(self.booker)
        return found


def a_family(*children, mother="Amina Yusuf", key="", service="breathing", **more):
    """Make a mother and her children, each with a ticket; `key` is of a record that she has."""
    user = a_login(mother)
    hers = key or a_record(mother)
    linked(user, hers)
    keys = [hers, *(a_child(user, name) for name in children)]
    return Family(user, {one: ordered(one, service, **more) for one in keys})


def a_record(name, born="1986-03-14"):
    given, family = name.split()
    return Repository(SYSTEM).create(a_patient(given=given, family=family, born=born)).id


def a_child(mother, name, scopes=("appointments",)):
    """Give the key of a child's record, whose appointments its mother sees."""
    key = a_record(name, BORN.isoformat())
    shared(mother, key, name, scopes)
    return key


def shared(mother, patient, name, scopes=("appointments",)):
    return Sharing.objects.create(
        patient=patient, patient_name=name, carer=mother, name=mother.name, email=mother.email,
        relationship="MTH", scopes=list(scopes), basis=Basis.PARENT, state=State.ACTIVE, born=BORN,
        invited_at=clock.now(), expires_at=clock.now(), accepted_at=clock.now(),
        related_person=f"mother-of-{patient}", consent=f"for-{patient}",
    )  # fmt: skip


def booker_of(user):
    """Return somebody signed in, with their own record in view."""
    token = signed_in(user).session[sessions.TOKEN]
    standing = sessions.still_stands(token, clock.now())
    return Booker(standing, Repository(viewer_in(standing)))


def found_for(company, count=100, **wanted):
    return runs.search(company, Wanted(**wanted), count=count)


def held(booker, company, slots, mode="video", batch=None):
    names = [one.slot for one in slots]
    return actions.hold(booker, Choice(batch or uuid.uuid4(), company, names, mode))


def turned(company):
    """Return a company in which the last comes first."""
    return replace(company, members=company.members[::-1])


def batch_of(claims):
    return uuid.UUID(claims[0].request.split("/")[1])


def booked(booker, claims, details=DETAILS):
    return actions.confirm(booker, batch_of(claims), {one.patient: details for one in claims})


def another(claim, slot):
    """Pick another time in place of a booking."""
    return choice(claim.ticket, slot, moving=claim.key)


def freeze(patient):
    """Let a change of somebody's identity wait for staff: until then nobody may see the record."""
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE portal_fhir_stream SET held_at = daybook_now() WHERE patient = %s", [patient]
        )


def refusals(patient):
    """Count what was refused of somebody's orders."""
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM portal_fhir_auditentry WHERE outcome <> 'allowed'"
            " AND resource_type = 'ServiceRequest' AND patient = %s",
            [patient],
        )
        return cursor.fetchone()[0]

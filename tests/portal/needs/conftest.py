"""Amina, of whom the hospital has noted something, has a ticket for Dr Nair's clinic in March."""

import pytest

from portal.identity.models import Role
from tests.portal.appointments import clinic as making
from tests.portal.needs.saying import NEEDS_INTERPRETER, URDU, Speaker
from tests.signing_in import a_login, signed_in


@pytest.fixture
def clinic(thursday, db):
    return making.published(modes=["in-person"], languages=["pl"])


@pytest.fixture
def slots(clinic):
    return making.slots_of(clinic)


@pytest.fixture
def ticket(clinic, amina_yusuf):
    return making.ordered(amina_yusuf)


@pytest.fixture
def booking(amina_yusuf, ticket, slots):
    """Book her at nine on Tuesday 24 March 2026."""
    return making.booked(amina_yusuf, ticket, slots[0], mode="in-person")


@pytest.fixture
def amina(thursday, her_login, amina_yusuf):
    return Speaker(her_login, amina_yusuf)


@pytest.fixture
def noted(hospital, amina_yusuf):
    """Let the hospital know that she needs an Urdu interpreter, and to be spoken to slowly."""
    stored = hospital.read("Patient", amina_yusuf)
    hospital.update({**stored.json, "extension": [NEEDS_INTERPRETER], **URDU}, None)
    return hospital.create(making.a_need(amina_yusuf, "Speak slowly")).id


@pytest.fixture
def sams_login(clinic):
    return a_login("Sam Reed", Role.BOOKING, sites=["north"])


@pytest.fixture
def sam(sams_login):
    """Give the browser of who books at North Site."""
    return signed_in(sams_login)


@pytest.fixture
def people(sam, clinic):
    """Give Sam's browser, and the login of the clinician whose clinic it is."""
    return sam, a_login("Dr Priya Nair", Role.CLINICIAN, practitioners=[making.NAIR])

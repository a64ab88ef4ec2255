"""Sam runs the clinics of North Site on Thursday 12 March 2026; Dr Nair has one there."""

import pytest

from portal.identity.models import Role
from tests.builders import a_patient
from tests.portal.appointments import clinic as making
from tests.portal.clinics.office import BREATHING, NORTH, SOUTH
from tests.signing_in import a_login, linked, signed_in


@pytest.fixture
def places(hospital):
    """Write down the places and the service, and give the ids of the two places."""
    hospital.create(BREATHING)
    return [hospital.create(one).id for one in (NORTH, SOUTH)]


@pytest.fixture
def sam(thursday, places):
    return a_login("Sam Reed", Role.BOOKING, sites=[places[0]], job_title="Booking office, North")


@pytest.fixture
def office(sam):
    """Give Sam's browser."""
    return signed_in(sam)


@pytest.fixture
def clinic(thursday, places):
    return making.published(location=places[0])


@pytest.fixture
def slots(clinic):
    return making.slots_of(clinic)


@pytest.fixture
def people(hospital, clinic):
    """Give three patients with a ticket each; only the first has a login, the last no contact."""
    found = []
    for given, number, points in (
        ("Ada", "9990000018", [{"system": "email", "value": "ada@example.org"}]),
        ("Bob", "9990000026", [{"system": "phone", "value": "07700 900001", "use": "mobile"}]),
        ("Cyd", "9990000034", [{"system": "phone", "value": "07700 900002", "use": "old"}]),
    ):
        key = hospital.create(a_patient(number, "Moss", given, telecom=points)).id
        found.append((key, making.ordered(key)))
    linked(a_login("Ada Moss"), found[0][0])
    return found


@pytest.fixture
def bookings(people, slots):
    """Book the first three times, in order."""
    return [making.booked(*person, slot) for person, slot in zip(people, slots, strict=False)]


@pytest.fixture
def office_of():
    """Give the browser of somebody who runs the clinics where this one is."""

    def office(clinic):
        return signed_in(a_login("Max Frost", Role.BOOKING, sites=[clinic.location]))

    return office

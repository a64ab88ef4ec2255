"""Dr Nair treats Amina, who may ask to be seen from 12 March to 12 September 2026."""

import pytest

from portal.identity.models import Role
from tests.builders import a_patient
from tests.portal.appointments import clinic as making
from tests.portal.pifu.pieces import a_plan
from tests.portal.results.staff import a_clinician, treats
from tests.signing_in import a_login, linked, signed_in


@pytest.fixture
def doctor(thursday, amina_yusuf):
    return treats(a_clinician("Dr Priya Nair", job_title="Consultant"), amina_yusuf)


@pytest.fixture
def surgery(doctor):
    return signed_in(doctor)


@pytest.fixture
def clinic(doctor):
    return making.published(clinician=doctor.practitioners[0])


@pytest.fixture
def slots(clinic):
    return making.slots_of(clinic)


@pytest.fixture
def office(clinic):
    return signed_in(a_login("Sam Reed", Role.BOOKING, sites=[clinic.location]))


@pytest.fixture
def plan(clinic, doctor, amina_yusuf):
    """Give the id of the plan."""
    return a_plan(doctor, amina_yusuf)


@pytest.fixture
def ben_carter(hospital):
    return hospital.create(a_patient("9991000011", "Carter", "Ben", "1959-07-02")).id


@pytest.fixture
def his_browser(thursday, ben_carter):
    user = a_login("Ben Carter")
    linked(user, ben_carter)
    return signed_in(user)

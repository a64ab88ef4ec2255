"""Those who may, and may not, decide on Amina's results."""

import pytest

from fhir.access import SYSTEM
from fhir.store import Repository
from portal import clock
from portal.identity.models import Role, Tie
from tests.signing_in import a_login, linked

DOCTOR = {"resourceType": "Practitioner", "name": [{"family": "Nair", "given": ["Priya"]}]}


def a_clinician(name, **more):
    doctor = Repository(SYSTEM).create(DOCTOR).id
    return a_login(name, Role.CLINICIAN, practitioners=[doctor], **more)


def treats(user, patient):
    """Put a clinician into a patient's care team."""
    Repository(SYSTEM).create(
        {
            "resourceType": "CareTeam",
            "status": "active",
            "subject": {"reference": f"Patient/{patient}"},
            "participant": [{"member": {"reference": f"Practitioner/{user.practitioners[0]}"}}],
        }
    )
    return user


@pytest.fixture
def dr_nair(amina_yusuf):
    """Treats Amina."""
    user = a_clinician("Dr Priya Nair", job_title="Consultant in breathing medicine")
    return treats(user, amina_yusuf)


@pytest.fixture
def dr_lund(amina_yusuf):
    """Does not treat Amina."""
    return a_clinician("Dr Erik Lund")


@pytest.fixture
def dr_yusuf(amina_yusuf):
    """Is Amina's sister, and in her care team all the same."""
    user = treats(a_clinician("Dr Zainab Yusuf"), amina_yusuf)
    Tie.objects.create(user=user, patient=amina_yusuf, declared_at=clock.now())
    return user


@pytest.fixture
def dr_amina(amina_yusuf):
    """Is Amina herself, who works here."""
    user = treats(a_clinician("Dr Amina Yusuf"), amina_yusuf)
    linked(user, amina_yusuf)
    return user

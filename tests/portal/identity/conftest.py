"""Ben and Amina have records, Tom has none; staff of each kind."""

import pytest

from fhir.access import SYSTEM
from fhir.store import Repository
from portal.identity.models import Role
from tests.builders import a_patient, a_report
from tests.signing_in import a_login, linked

BEN = "9991013172"
AMINA = "9991000003"


@pytest.fixture
def system(db):
    return Repository(SYSTEM)


@pytest.fixture
def aminas_record(system):
    return system.create(a_patient(AMINA, born="1968-03-14")).id


@pytest.fixture
def bens_record(system):
    return system.create(a_patient(BEN, family="Carter", given="Ben", born="1991-07-02")).id


@pytest.fixture
def ben(bens_record):
    user = a_login("Ben Carter")
    linked(user, bens_record)
    return user


@pytest.fixture
def amina(aminas_record):
    user = a_login("Amina Yusuf")
    linked(user, aminas_record)
    return user


@pytest.fixture
def tom(db):
    return a_login("Tom Okafor")


@pytest.fixture
def dr_nair(db, system):
    doctor = {"resourceType": "Practitioner", "name": [{"family": "Nair", "given": ["Priya"]}]}
    return a_login("Priya Nair", Role.CLINICIAN, practitioners=[system.create(doctor).id])


@pytest.fixture
def sam(db):
    return a_login("Sam Reed", Role.RECORDS, job_title="Booking office, Site A")


@pytest.fixture
def jo(db):
    return a_login("Jo Marsh", Role.EDITOR)


@pytest.fixture
def alex(db):
    return a_login("Alex Byrne", Role.OPERATIONS)


@pytest.fixture
def a_report_of(system):
    def make(patient, **more):
        return system.create(a_report(patient, **more))

    return make

"""Grace has a record, and Ben, her son, has his own; he helps her with parts of hers."""

import pytest

from fhir.access import SYSTEM
from fhir.store import Repository
from tests.builders import a_patient
from tests.portal.carers.helping import GRACE_BORN
from tests.signing_in import a_login, linked


@pytest.fixture
def hospital(db):
    return Repository(SYSTEM)


@pytest.fixture
def graces_record(hospital):
    grace = a_patient("9991026347", family="Carter", given="Grace", born=GRACE_BORN.isoformat())
    return hospital.create(grace).id


@pytest.fixture
def bens_record(hospital):
    ben = a_patient("9991013172", family="Carter", given="Ben", born="1992-05-02")
    return hospital.create(ben).id


@pytest.fixture
def grace(graces_record):
    user = a_login("Grace Carter")
    linked(user, graces_record)
    return user


@pytest.fixture
def ben(bens_record):
    user = a_login("Ben Carter")
    linked(user, bens_record)
    return user

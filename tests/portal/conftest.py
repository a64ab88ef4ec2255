"""Amina signed in to her own record, which the tests fill."""

import pytest

from fhir.access import SYSTEM
from fhir.store import Repository
from tests.builders import a_patient
from tests.signing_in import a_login, linked, signed_in


@pytest.fixture
def hospital(db):
    """Give the record as the hospital's systems write it."""
    return Repository(SYSTEM)


@pytest.fixture
def amina_yusuf(hospital):
    """Give the key of Amina's record."""
    return hospital.create(a_patient("9991000003")).id


@pytest.fixture
def her_login(amina_yusuf):
    user = a_login("Amina Yusuf")
    linked(user, amina_yusuf)
    return user


@pytest.fixture
def her_browser(her_login):
    return signed_in(her_login)

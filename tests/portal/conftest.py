"""Amina signed in to her own record, which the tests fill."""

from datetime import UTC, datetime

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
def thursday(moved_clock):
    """Begin the day of the examples: Thursday 12 March 2026, two minutes past nine."""
    return moved_clock.move_to(datetime(2026, 3, 12, 9, 2, tzinfo=UTC))


@pytest.fixture
def her_browser(thursday, her_login):
    return signed_in(her_login)

"""Amina has a ticket for Dr Nair's clinic, on Thursday 12 March 2026."""

import pytest

from tests.builders import a_patient
from tests.portal.appointments import clinic as making
from tests.portal.appointments import truth


@pytest.fixture
def nothing_broken(db):
    """Look at all claims once the test has ended, while what it wrote is still there."""
    yield
    assert truth.broken() == {}


@pytest.fixture
def clinic(thursday):
    return making.published()


@pytest.fixture
def slots(clinic):
    return making.slots_of(clinic)


@pytest.fixture
def ticket(amina_yusuf, clinic):
    return making.ordered(amina_yusuf)


@pytest.fixture
def ben_carter(hospital):
    """Give the key of Ben's record."""
    return hospital.create(a_patient("9991000011", "Carter", "Ben", "1959-07-02")).id


@pytest.fixture
def his_ticket(ben_carter, clinic):
    return making.ordered(ben_carter)

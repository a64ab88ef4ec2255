"""Amina sees Dr Nair at the hospital on Tuesday 31 March 2026 at nine; it is the day before."""

from datetime import datetime

import pytest

from portal.identity.models import Role
from portal.record.dates import LONDON
from tests.portal.appointments import clinic as making
from tests.portal.beforehand.coming import START, Comer
from tests.signing_in import a_login, signed_in


@pytest.fixture
def slots(moved_clock, db):
    moved_clock.move_to(datetime(2026, 3, 12, 9, 2, tzinfo=LONDON))
    clinic = making.published(modes=["in-person", "phone", "video"])
    return [one for one in making.slots_of(clinic) if one.starts_at >= START]


@pytest.fixture
def booking(slots, amina_yusuf, moved_clock):
    found = making.booked(amina_yusuf, making.ordered(amina_yusuf), slots[0], mode="in-person")
    moved_clock.move_to(datetime(2026, 3, 30, 9, tzinfo=LONDON))
    return found


@pytest.fixture
def amina(booking, her_login):
    return Comer(signed_in(her_login), booking.key)


@pytest.fixture
def dr_nair(booking):
    """Give the browser of the clinician whose clinic it is."""
    return signed_in(a_login("Dr Priya Nair", Role.CLINICIAN, practitioners=[making.NAIR]))


@pytest.fixture
def sam(booking):
    """Give the browser of who books at North Site."""
    return signed_in(a_login("Sam Reed", Role.BOOKING, sites=["north"]))

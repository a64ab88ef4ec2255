"""Amina has a video visit with Dr Nair on Tuesday 31 March 2026 at twenty past nine."""

from datetime import datetime

import pytest

from portal.identity.models import Role
from portal.record.dates import LONDON
from tests.builders import a_patient
from tests.portal.appointments import clinic as making
from tests.portal.consultations.visits import START, Doctor, Guest
from tests.signing_in import a_login, linked, signed_in


@pytest.fixture
def start(moved_clock):
    """Book while there is time; return a clock that is at the start of the visit."""
    moved_clock.move_to(datetime(2026, 3, 12, 9, 2, tzinfo=LONDON))
    return START


@pytest.fixture
def slots(start, db):
    return [one for one in making.slots_of(making.published()) if one.starts_at >= START]


@pytest.fixture
def booking(slots, amina_yusuf, moved_clock):
    found = making.booked(amina_yusuf, making.ordered(amina_yusuf), slots[0])
    assert found.starts_at == START
    moved_clock.move_to(START)
    return found


@pytest.fixture
def ben_carter(hospital):
    return hospital.create(a_patient("9991013172", "Carter", "Ben", "1991-07-02")).id


@pytest.fixture
def dr_nair(booking):
    user = a_login("Dr Priya Nair", Role.CLINICIAN, practitioners=[making.NAIR])
    return Doctor(signed_in(user), user)


@pytest.fixture
def dr_lund(booking):
    user = a_login("Dr Erik Lund", Role.CLINICIAN, practitioners=["lund"])
    return Doctor(signed_in(user), user)


@pytest.fixture
def amina(booking, her_login):
    return Guest(signed_in(her_login), booking.key)


@pytest.fixture
def ben(booking, ben_carter):
    user = a_login("Ben Carter")
    linked(user, ben_carter)
    return Guest(signed_in(user), booking.key)

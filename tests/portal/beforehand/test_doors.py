"""Both pages before a visit, tried by every kind of viewer: whose it is not learns nothing."""

from datetime import date, datetime

import pytest
from django.test import Client

from portal.identity.models import Role
from portal.record.dates import LONDON
from tests.builders import a_patient
from tests.portal.appointments import clinic as making
from tests.portal.beforehand.coming import Comer, response
from tests.portal.carers.helping import acting, helps
from tests.portal.results.staff import a_clinician, treats
from tests.signing_in import a_login, linked, signed_in

NOWHERE = "7d5b43c2-0000-4000-8000-0123456789ab"
PAGES = ("before/", "here/", "here/?part=here")
BORN = date(1968, 3, 14)
AMINA, HELPER = "Amina", "a helper with whom appointments are shared"


@pytest.fixture
def viewers(booking, her_login, hospital, moved_clock):
    ben, lee = a_login("Ben Carter"), a_login("Lee Moss")
    linked(ben, hospital.create(a_patient("9991013172", "Carter", "Ben", "1991-07-02")).id)
    linked(lee, hospital.create(a_patient("9991000011", "Moss", "Lee", "1959-07-02")).id)
    moved_clock.move_to(datetime(2026, 3, 31, 8, 45, tzinfo=LONDON))
    doctor = treats(a_clinician("Dr Priya Nair"), booking.patient)
    roles = {role: signed_in(a_login(role.title(), role)) for role in Role if role != Role.NONE}
    return {
        "a visitor": Client(),
        AMINA: signed_in(her_login),
        "Amina without the second step": signed_in(her_login, second_factor=False),
        "Ben": signed_in(ben),
        "a patient without a record": signed_in(a_login("Unlinked")),
        "one who treats her": signed_in(doctor),
        HELPER: acting(ben, helps(ben, her_login, "appointments", born=BORN)),
        "a helper with whom letters are": acting(lee, helps(lee, her_login, "letters", born=BORN)),
        **roles,
    }


def test_they_open_for_the_patient_and_whoever_helps_and_nobody_else_does_anything(
    viewers, booking
):
    wrong, tried = [], 0
    for who, browser in viewers.items():
        for page in PAGES:
            real, none = (
                browser.get(f"/appointments/{key}/{page}") for key in (booking.key, NOWHERE)
            )
            tried += 2
            if (real.status_code == 200) is not (who in {AMINA, HELPER}):
                wrong.append((who, page, real.status_code))
            if who not in {AMINA, HELPER} and real.status_code != none.status_code:
                wrong.append((who, page, "told apart"))
        if who not in {AMINA, HELPER}:
            comer = Comer(browser, booking.key)
            tried += 2
            for answer in (comer.sends("0"), comer.comes()):
                assert answer.status_code in {302, 401, 403, 404}, who

    assert wrong == []
    assert response(booking) is None
    assert making.appointment(booking)["status"] == "booked"
    print(f"\n{tried} doors before a visit tried")  # noqa: T201 (what was tried)

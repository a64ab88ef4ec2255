"""Somebody who helps comes to a visit under their own sign-in, and only where it is shared."""

import pytest

from fhir.access import SYSTEM
from fhir.store import Repository
from tests.builders import a_patient
from tests.portal.appointments import clinic as making
from tests.portal.carers.helping import GRACE_BORN, acting, helps
from tests.portal.consultations.visits import START, Doctor, Guest, held, party_of
from tests.signing_in import a_login, linked, signed_in


@pytest.fixture
def grace_carter(hospital):
    return hospital.create(a_patient("9991026347", "Carter", "Grace", str(GRACE_BORN))).id


@pytest.fixture
def booking(slots, grace_carter, moved_clock):
    found = making.booked(grace_carter, making.ordered(grace_carter), slots[0])
    moved_clock.move_to(START)
    return found


@pytest.fixture
def grace(booking, grace_carter):
    user = a_login("Grace Carter")
    linked(user, grace_carter)
    return Guest(signed_in(user), booking.key), user


def her_son(booking, user, *scopes):
    """Return Ben's browser, in which he acts for his mother."""
    ben = a_login("Ben Carter")
    linked(ben, Repository(SYSTEM).create(a_patient("9991013172", "Carter", "Ben")).id)
    return Guest(acting(ben, helps(ben, user, *scopes)), booking.key)


def test_a_son_waits_beside_his_mother_and_is_let_in_by_name(booking, grace, dr_nair):
    hers, user = grace
    his = her_son(booking, user, "appointments")

    hers.posts("wait/")
    his.posts("wait/")

    listed = dr_nair.reads()
    assert "Ben Carter is waiting too" in listed
    assert listed.count("In waiting room") == 1
    assert "Ben Carter" in hers.reads("wait/")
    dr_nair.admits(booking.key)
    assert hers.token()
    assert not his.token()
    assert his.posts("join/", token=hers.token()).status_code == 410
    beside = dr_nair.browser.get(f"/staff/visits/{booking.key}/call/?part=beside")
    assert "Let in" in beside.content.decode()
    dr_nair.admits(booking.key, party_of(booking.key, "carer"))
    assert his.token() not in {"", hers.token()}
    assert his.goes_in().url.endswith("/call/")
    assert his.opens("call/").status_code == 200
    dr_nair.posts(booking.key, f"out/{party_of(booking.key, 'carer').key}")
    assert his.opens("call/").status_code == 302
    assert hers.goes_in().url.endswith("/call/")


def test_a_son_alone_is_nobody_who_waits(booking, grace, dr_nair):
    _, user = grace
    his = her_son(booking, user, "appointments")

    his.posts("wait/")

    listed = dr_nair.reads()
    assert "Ben Carter is waiting too" in listed
    assert "In waiting room" not in listed
    assert "Next:" not in listed
    assert not held(booking.key).encounter
    assert making.appointment(booking)["status"] == "booked"


def test_where_appointments_are_not_shared_there_is_no_visit(booking, grace):
    _, user = grace
    his = her_son(booking, user, "letters", "results")

    for page in ("", "check/", "wait/", "call/"):
        assert his.opens(page).status_code == 404, page
    for page in ("check/", "wait/", "leave/", "phone/", "join/"):
        assert his.posts(page, token="0" * 64).status_code == 404, page


def test_the_list_names_the_doctors_own_patients_alone(booking, grace, dr_nair, dr_lund):
    assert "Grace Carter" in dr_nair.reads()
    assert "Grace Carter" not in Doctor(dr_lund.browser, dr_lund.user).reads()

"""Who may come into which part of the service, decided before any id is read."""

import pytest
from django.test import Client

from portal.identity import doors
from portal.identity.doors import Answer, Caller
from portal.identity.models import Capacity, Role
from tests.portal.identity.test_actions import hold
from tests.signing_in import signed_in

SIGN_IN, SET_UP, CONNECT, REFUSED, IN = "sign in", "set up", "connect", "refused", "in"

#                        anonymous, patient, no record, clinician, records, editor, operations
TABLE = {
    "/record/": (SIGN_IN, IN, CONNECT, CONNECT, CONNECT, CONNECT, CONNECT),
    "/record/results/x/": (SIGN_IN, IN, CONNECT, CONNECT, CONNECT, CONNECT, CONNECT),
    "/staff/": (SIGN_IN, REFUSED, REFUSED, IN, IN, IN, IN),
    "/staff/results/": (SIGN_IN, REFUSED, REFUSED, IN, REFUSED, REFUSED, REFUSED),
    "/staff/activation/": (SIGN_IN, REFUSED, REFUSED, REFUSED, IN, REFUSED, REFUSED),
    "/staff/activation/person/": (SIGN_IN, REFUSED, REFUSED, REFUSED, IN, REFUSED, REFUSED),
    "/staff/emergency/": (SIGN_IN, REFUSED, REFUSED, IN, REFUSED, REFUSED, REFUSED),
    "/staff/children/": (SIGN_IN, REFUSED, REFUSED, IN, REFUSED, REFUSED, REFUSED),
    "/staff/parents/": (SIGN_IN, REFUSED, REFUSED, REFUSED, IN, REFUSED, REFUSED),
    "/account/people/": (SIGN_IN, IN, CONNECT, CONNECT, CONNECT, CONNECT, CONNECT),
    "/account/people/helping/": (SIGN_IN, IN, CONNECT, CONNECT, CONNECT, CONNECT, CONNECT),
    "/ops/": (SIGN_IN, REFUSED, REFUSED, REFUSED, REFUSED, REFUSED, IN),
    "/ops/messages/1/": (SIGN_IN, REFUSED, REFUSED, REFUSED, REFUSED, REFUSED, IN),
    "/cms/": (SIGN_IN, REFUSED, REFUSED, REFUSED, REFUSED, IN, REFUSED),
}
WHO = ("nobody", "ben", "tom", "dr_nair", "sam", "jo", "alex")


def browser_of(who, request, *, second_factor=True):
    if who == "nobody":
        return Client()
    return signed_in(request.getfixturevalue(who), second_factor=second_factor)


def outcome(answer, path):
    place = answer.headers.get("Location", "")
    if place.startswith("/account/login/?next="):
        return SIGN_IN
    if place.startswith("/account/2fa/?next="):
        return SET_UP
    if answer.status_code == 403:
        return CONNECT if b"not connected yet" in answer.content else REFUSED
    # A page of another feature may not be there yet, or not that id: the door was open.
    assert answer.status_code in {200, 302, 404}, (path, answer.status_code)
    return IN


@pytest.mark.parametrize("path", TABLE)
@pytest.mark.parametrize("who", WHO)
def test_each_part_opens_for_those_it_is_for(db, request, path, who):
    answer = browser_of(who, request).get(path)

    assert outcome(answer, path) == TABLE[path][WHO.index(who)]


@pytest.mark.parametrize("path", TABLE)
@pytest.mark.parametrize("who", WHO[1:])
def test_whoever_may_come_in_needs_a_second_step_first(db, request, path, who):
    answer = browser_of(who, request, second_factor=False).get(path)

    allowed = TABLE[path][WHO.index(who)]
    assert outcome(answer, path) == (SET_UP if allowed == IN else allowed)


def test_a_refusal_is_the_same_for_every_id(ben, dr_nair):
    for user, paths in ((ben, ("/ops/messages/1/", "/ops/messages/2/")),):
        browser = signed_in(user)
        answers = [browser.get(path) for path in paths]
        assert {(one.status_code, one.content) for one in answers} == {(403, answers[0].content)}


def test_nobody_needs_to_sign_in_to_a_page_that_no_part_claims():
    assert doors.area_of("/help/") is None
    assert doors.area_of("/recordings/") is None


@pytest.mark.parametrize("who", WHO)
def test_a_page_that_listens_is_told_to_sign_in_only_when_its_session_is_over(
    db, request, moved_clock, who
):
    browser = browser_of(who, request, second_factor=False)
    assert browser.get("/live/head").status_code == 200

    moved_clock.move(minutes=30)

    assert browser.get("/live/head").status_code == (200 if who == "nobody" else 401)


def test_home_is_public_until_somebody_signs_in(client, db):
    answer = client.get("/")

    assert doors.answer(doors.area_of("/"), None) == Answer.COME_IN
    assert answer.status_code == 200
    assert not answer.cookies


@pytest.mark.parametrize(
    ("who", "place"),
    [("dr_nair", "/staff/results/"), ("sam", "/staff/activation/"), ("jo", "/cms/")],
)
def test_staff_who_open_home_are_led_to_where_they_work(request, who, place):
    assert browser_of(who, request).get("/")["Location"] == place


def test_a_patient_without_a_second_step_is_led_to_set_one_up_at_home(ben):
    assert signed_in(ben, second_factor=False).get("/")["Location"] == "/account/2fa/?next=%2F"


def test_a_held_identity_opens_nothing(ben, bens_record):
    browser = signed_in(ben)
    hold(bens_record)

    answer = browser.get("/record/")

    assert (answer.status_code, outcome(answer, "/record/")) == (403, CONNECT)


def test_the_page_for_those_without_a_record_has_no_clinical_word(tom):
    page = signed_in(tom).get("/record/").content.decode().lower()

    assert "activation code" in page
    for word in ("result", "test", "blood", "letter", "medicine", "diagnos", "clinic"):
        assert word not in page, word


def test_every_role_of_staff_has_a_place_to_begin_that_is_open_to_it():
    for role in doors.STAFF_ROLES:
        area = doors.area_of(doors.HOMES[role])
        caller = Caller(role, Capacity.STAFF, second_factor=True, has_record=False)
        assert doors.answer(area, caller) == Answer.COME_IN


@pytest.mark.parametrize("role", Role)
def test_no_role_opens_a_patients_pages_without_a_record(role):
    caller = Caller(role, Capacity.STAFF, second_factor=True, has_record=False)

    assert doors.answer(doors.area_of("/record/"), caller) == Answer.NO_RECORD

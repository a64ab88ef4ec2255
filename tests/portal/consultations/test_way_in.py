"""From the appointment to the open door: by the clock, with a place that stays."""

import re
from datetime import datetime, timedelta

import pytest

from portal.consultations import rules
from portal.consultations.models import Party
from portal.consultations.rules import Role
from tests.portal.appointments import clinic as making
from tests.portal.appointments.diary import put
from tests.portal.consultations.visits import START, Guest, held, party_of
from tests.portal.pages import words
from tests.signing_in import a_login, linked, signed_in

BEFORE, AFTER = timedelta(minutes=30), timedelta(hours=4)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("at", "says", "opens"),
    [
        (START - BEFORE - MINUTE, "You can join from 8:50am", False),
        (START - BEFORE, "You can join now", True),
        (START + AFTER - MINUTE, "You can join now", True),
        (START + AFTER + MINUTE, "This visit can no longer be joined", False),
    ],
)
def test_the_door_opens_and_closes_by_the_clock(  # noqa: PLR0917 (three of them a table's)
    booking, her_login, moved_clock, at, says, opens
):
    moved_clock.move_to(at)
    amina = Guest(signed_in(her_login), booking.key)

    page = amina.reads()
    went = amina.posts("wait/")

    assert says in page
    assert went.url.endswith("/wait/") is opens
    assert ("You are in the waiting room" in amina.reads("wait/")) is opens


def test_before_it_opens_the_button_says_why_it_does_nothing_and_the_phone_is_offered(
    amina, moved_clock
):
    moved_clock.move_to(START - timedelta(minutes=31))

    page = amina.reads()

    button = re.search(r"<button[^>]*>Join your visit</button>", page)[0]
    assert "disabled" in button
    assert 'aria-describedby="why-not-yet"' in button
    assert "opens 30 minutes before your visit starts" in page
    assert "Call me instead" in page
    assert "07700 900123" in page


def test_a_place_is_kept_by_whoever_reloads_leaves_and_comes_back(amina, moved_clock):
    amina.posts("wait/")
    since = party_of(amina.key).waiting_since
    moved_clock.move(minutes=4)

    amina.reads("wait/")
    amina.posts("leave/")
    assert "You can join now" in amina.reads("wait/")
    amina.posts("wait/")

    assert party_of(amina.key).waiting_since == since
    assert "You are in the waiting room" in amina.reads()


def test_others_who_wait_are_counted_and_not_named(amina, ben_carter, slots, dr_nair, moved_clock):
    moved_clock.move_to(START - timedelta(days=5))
    later = making.booked(ben_carter, making.ordered(ben_carter), slots[1])
    moved_clock.move_to(START)
    his = a_login("Ben Carter")
    linked(his, ben_carter)
    ben = Guest(signed_in(his), later.key)

    amina.posts("wait/")
    ben.posts("wait/")

    assert "You are next" in amina.reads("wait/")
    assert "1 after you" in amina.reads("wait/")
    assert "1 person before you" in ben.reads("wait/")
    assert "Yusuf" not in ben.reads("wait/")
    dr_nair.admits(amina.key)
    assert "You are next" in ben.reads("wait/")
    assert "Being seen now" in ben.reads("wait/")


def test_what_a_device_check_found_stays_with_the_appointment(amina):
    amina.posts("check/", camera="works", microphone="refused", network="slow")

    kept = held(amina.key)
    assert (kept.camera, kept.microphone, kept.network) == ("works", "refused", "slow")
    assert START <= kept.checked_at < START + MINUTE
    page = amina.reads("wait/")
    assert "Your camera works" in page
    assert "Your microphone is not allowed" in page


def test_a_check_without_script_or_of_nonsense_keeps_nothing_and_still_leads_in(amina):
    for said in ({}, {"camera": "<b>", "microphone": "works"}):
        answer = amina.posts("check/", **said)

        assert answer.url.endswith("/wait/")
        assert held(amina.key).checked_at is None


def test_whoever_would_rather_be_rung_says_so_and_keeps_their_place(amina, dr_nair):
    amina.posts("wait/")
    amina.posts("phone/")

    assert "Dr Nair will call you" in amina.reads("wait/")
    assert "Asked for a phone call" in dr_nair.reads()
    assert "07700 900123" in dr_nair.reads()
    amina.posts("phone/", act="video")
    assert "Asked for a phone call" not in dr_nair.reads()
    assert "You are in the waiting room" in amina.reads()


PAGES = ("", "check/", "wait/", "call/", "?part=state", "wait/?part=room", "wait/?part=note")
POSTS = ("check/", "wait/", "leave/", "phone/", "join/")


def test_a_stranger_who_is_signed_in_finds_nothing_and_does_nothing(amina, ben, dr_nair):
    amina.posts("wait/")
    dr_nair.admits(amina.key)
    token = amina.token()
    assert token

    for page in PAGES:
        assert ben.opens(page).status_code == 404, page
    for page in POSTS:
        assert ben.posts(page, token=token, camera="works").status_code == 404, page

    assert not held(amina.key).camera
    assert amina.posts("join/", token=token).url.endswith("/call/")


def test_only_admission_makes_a_token_and_it_opens_once(amina, dr_nair):
    amina.posts("wait/")
    assert amina.token() == ""
    assert amina.posts("join/", token="0" * 64).status_code == 410
    assert amina.opens("call/").status_code == 302

    dr_nair.admits(amina.key)
    token = amina.token()

    assert token not in repr(vars(party_of(amina.key)))
    assert amina.posts("join/", token=token).url.endswith("/call/")
    assert amina.opens("call/").status_code == 200
    assert amina.posts("join/", token=token).status_code == 410
    assert "works once" in amina.posts("join/", token=token).content.decode()
    assert amina.opens("call/").status_code == 200


@pytest.mark.parametrize(("minutes", "opens"), [(9, True), (10, False)])
def test_a_token_lives_for_ten_minutes(amina, dr_nair, moved_clock, minutes, opens):
    amina.posts("wait/")
    dr_nair.admits(amina.key)
    token = amina.token()
    moved_clock.move(minutes=minutes)

    answer = amina.posts("join/", token=token)

    assert (answer.status_code == 302) is opens
    assert ("You are next" in amina.reads("wait/")) is not opens
    assert ("In waiting room" in dr_nair.reads()) is not opens


def test_a_new_admission_makes_the_old_token_worthless(amina, dr_nair, moved_clock):
    amina.posts("wait/")
    dr_nair.admits(amina.key)
    old = amina.token()
    moved_clock.move(minutes=11)
    dr_nair.admits(amina.key)

    assert amina.token() not in {"", old}
    assert amina.posts("join/", token=old).status_code == 410
    assert amina.goes_in().status_code == 302


def test_another_sign_in_of_the_same_person_does_not_walk_into_the_call(amina, dr_nair, her_login):
    amina.posts("wait/")
    dr_nair.admits(amina.key)
    amina.goes_in()
    elsewhere = Guest(signed_in(her_login), amina.key)

    assert elsewhere.opens("call/").status_code == 302
    assert "in the call on another device" in elsewhere.reads("wait/")


def test_a_visit_that_was_moved_or_is_not_by_video_has_no_room(amina, amina_yusuf, moved_clock):
    moved_clock.move_to(START - timedelta(days=4))
    by_phone = making.published(service="kidney", clinician="brandt", modes=["phone"])
    slot = next(one for one in making.slots_of(by_phone) if one.starts_at > START)
    phone = making.booked(amina_yusuf, making.ordered(amina_yusuf, "kidney"), slot, mode="phone")

    assert Guest(amina.browser, phone.key).opens().status_code == 404
    records = making.records_of(amina_yusuf)
    making.actions.cancel(records, amina_yusuf, str(amina.key), making.actions.Why.OTHER)
    assert amina.opens().url == "/appointments/"
    moved_clock.move_to(START)
    assert amina.posts("wait/").url.endswith("/visit/")


def test_camera_and_microphone_are_open_on_these_pages_alone(amina, dr_nair):
    amina.posts("wait/")
    dr_nair.admits(amina.key)
    amina.goes_in()
    key = amina.key

    with_camera = {
        amina.opens("check/")["Permissions-Policy"],
        amina.opens("wait/")["Permissions-Policy"],
        amina.opens("call/")["Permissions-Policy"],
        dr_nair.browser.get(f"/staff/visits/{key}/call/")["Permissions-Policy"],
    }
    without = {
        amina.browser.get(page)["Permissions-Policy"]
        for page in ("/", "/record/", "/appointments/", f"/appointments/{key}/visit/", "/nowhere/")
    } | {dr_nair.browser.get("/staff/visits/")["Permissions-Policy"]}

    assert len(with_camera) == 1
    assert "camera=(self)" in with_camera.pop()
    assert without == {"camera=(), display-capture=(), geolocation=(), microphone=()"}


def test_without_a_relay_where_one_is_asked_for_the_phone_is_offered_instead(amina, settings):
    settings.VIDEO_RELAY_ONLY = True

    page = amina.reads()

    assert "Dr Nair will call you" in page
    assert "You can join now" not in page
    settings.TURN_URLS = ["turns:turn.millbrook.example"]
    assert "You can join now" in amina.reads()


def test_the_last_moment_of_a_token_is_not_one_of_its_moments():
    party = Party(token_until=START, admitted_at=START - rules.TOKEN_LASTS)

    assert rules.may_use_token(party, START - timedelta(microseconds=1))
    assert not rules.may_use_token(party, START)
    assert not rules.is_let_in(party, START)
    party.token_used_at = START - MINUTE
    assert not rules.may_use_token(party, START - MINUTE)
    assert rules.is_let_in(party, START)


@pytest.mark.parametrize("one", Role)
@pytest.mark.parametrize("other", Role)
def test_nobody_is_introduced_to_a_third_unless_the_clinician_is_there(one, other):
    assert rules.are_introduced(one, other, is_moderated=True)
    is_hers = Role.MODERATOR in {one, other}
    assert rules.are_introduced(one, other, is_moderated=False) is is_hers


def test_who_is_in_the_waiting_room_has_arrived_and_who_leaves_it_has_not(
    booking, amina, dr_nair, moved_clock
):
    amina.posts("wait/")
    once = making.appointment(booking)
    moved_clock.move(minutes=2)
    amina.posts("wait/")

    assert once["status"] == "arrived"
    [patient] = [one for one in once["participant"] if "Patient/" in one["actor"]["reference"]]
    assert datetime.fromisoformat(patient["period"]["start"]) == START
    assert making.appointment(booking) == once
    listed = words(amina.browser.get("/appointments/"))
    assert "Today at 9:20am Video, 20 minutes Dr Priya Nair, Breathing clinic Go back to" in listed
    assert "Coming up" not in listed
    amina.posts("leave/")
    assert making.appointment(booking)["status"] == "booked"
    assert "You can join now Today at 9:20am" in words(amina.browser.get("/appointments/"))
    amina.posts("wait/")
    dr_nair.admits(booking.key)
    amina.goes_in()
    amina.posts("leave/")
    assert making.appointment(booking)["status"] == "arrived"


def test_a_hospitals_word_on_the_visit_stands_over_the_waiting_room(booking, amina):
    amina.posts("wait/")
    put(booking.key, status="booked")
    assert "You are in the waiting room" in amina.reads("wait/")

    put(booking.key, status="cancelled")

    assert amina.posts("wait/").url.endswith("/visit/")
    assert making.appointment(booking)["status"] == "cancelled"

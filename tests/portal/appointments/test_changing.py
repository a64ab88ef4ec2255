"""Pages on which a patient changes or cancels a booking; whatever fails, the old one stands."""

from datetime import UTC, datetime, timedelta

import pytest

from fhir.access import SYSTEM
from fhir.store import Repository
from portal.appointments.models import BookingTerms
from portal.appointments.rules import State
from tests.builders import a_patient
from tests.portal.appointments.clinic import (
    SERVICE,
    appointment,
    appointments_of,
    booked,
    claim,
    ordered,
    published,
    slots_of,
)
from tests.portal.appointments.test_pages import PHONE, holds, picks
from tests.portal.pages import words
from tests.signing_in import a_login, linked, signed_in


@pytest.fixture
def booking(her_browser, amina_yusuf, ticket, slots):
    return booked(amina_yusuf, ticket, slots[1])


@pytest.fixture
def at(booking):
    """Give the address of the booking."""
    return f"/appointments/{booking.key}"


def test_both_ways_are_offered_and_what_each_keeps(her_browser, at):
    said = words(her_browser.get(f"{at}/change/"))

    assert "Tuesday 24 March 2026, 9:20am Video with Dr Priya Nair, Breathing clinic" in said
    assert "Choose a different time You keep 9:20am until the new time is booked." in said
    assert "You can do this online until 9:20am on Monday 23 March 2026." in said
    for act in ("move", "cancel"):
        answer = her_browser.post(f"{at}/change/", {"act": act})
        assert answer.headers["Location"] == f"{at}/{act}/"


def test_a_visit_by_video_can_be_a_phone_call_at_the_same_time(her_browser, booking, at):
    assert "Have a phone call instead Same day and time." in words(her_browser.get(f"{at}/change/"))

    answer = her_browser.post(f"{at}/change/", {"act": "call"}, follow=True)

    assert "We will call you on Tuesday 24 March 2026, 9:20am." in words(answer)
    assert "Dr Nair will call you on 07700 900123" in words(answer)
    said = words(her_browser.get(f"{at}/change/"))
    assert "You have asked for a phone call at that time. Change back to video" in said
    assert "Have a phone call instead" not in said
    assert claim(booking.key).state == State.BOOKED


def test_nothing_chosen_is_asked_for_again(her_browser, at):
    page = her_browser.post(f"{at}/change/")

    assert page.status_code == 400
    assert "There is a problem Choose what you would like to do" in words(page)
    assert her_browser.post(f"{at}/change/", {"act": "<b>"}).status_code == 400


def test_a_visit_is_cancelled_only_after_asking_twice_and_can_be_booked_again(
    her_browser, booking, at
):
    page = her_browser.post(f"{at}/change/", {"act": "cancel"}, follow=True)

    assert "Cancel your visit on 24 March?" in words(page)
    assert "You cannot get it back." in words(page)
    her_browser.post(f"{at}/cancel/", {"why": "CANNOT_COME"})
    assert claim(booking.key).state == State.BOOKED

    answer = her_browser.post(f"{at}/cancel/", {"why": "CANNOT_COME", "sure": "yes"})

    assert answer.headers["Location"] == "/appointments/"
    said = words(her_browser.get("/appointments/"))
    assert "You have cancelled your visit on Tuesday 24 March 2026, 9:20am." in said
    assert "Follow-up of your breathing Was Tuesday 24 March 2026, 9:20am" in said
    assert "Choose a new time" in said
    assert appointment(booking)["cancelationReason"]["text"] == "I cannot come at that time"
    again = her_browser.post(f"{at}/cancel/", {"why": "CANNOT_COME", "sure": "yes"})
    assert again.headers["Location"] == "/appointments/"


@pytest.mark.parametrize("why", [{}, {"why": ""}, {"why": "<b>"}, {"why": "NOT_SAID"}])
def test_nobody_has_to_say_why_they_cancel(her_browser, booking, at, why):
    her_browser.post(f"{at}/cancel/", {"sure": "yes", **why})

    assert appointment(booking)["cancelationReason"]["text"] == "No reason given"


def test_a_visit_is_moved_and_the_old_time_is_told_of(her_browser, amina_yusuf, booking, slots):
    at, ticket = f"/appointments/{booking.key}", booking.ticket
    page = her_browser.get(f"{at}/move/")
    assert "You keep 9:20am on Tuesday 24 March 2026 until the new time is booked." in words(page)
    address = holds(her_browser, ticket, slots[5], address=f"{at}/move/")
    check = words(her_browser.get(address))
    assert "until 9:07am. It is not booked yet." in check
    assert "Change to this time" in check
    assert "What you want to talk about" not in check

    answer = her_browser.post(address)

    (new,) = appointments_of(amina_yusuf, statuses=["booked"])
    assert answer.headers["Location"] == f"/appointments/{new.id}/booked/?new"
    said = words(her_browser.get("/appointments/"))
    assert "Time changed It was 9:20am" in said
    assert "Cancelled" not in said
    assert her_browser.get(f"{at}/change/").headers["Location"] == "/appointments/"
    assert her_browser.get(f"{at}/booked/").headers["Location"] == "/appointments/"


def test_a_new_time_that_is_lost_leaves_the_old_one(her_browser, booking, slots, ben_carter):
    at, ticket = f"/appointments/{booking.key}", booking.ticket
    booked(ben_carter, ordered(ben_carter), slots[5])

    page = picks(her_browser, ticket, slots[5], address=f"{at}/move/")

    assert page.status_code == 409
    said = words(page)
    assert "Nothing has changed. You still have 9:20am on Tuesday 24 March 2026." in said
    assert f'action="{at}/move/"' in page.content.decode()


def test_from_a_day_before_the_number_to_ring_takes_the_place_of_the_choice(
    her_login, booking, at, moved_clock
):
    BookingTerms.objects.create(service=SERVICE, phone="01632 960 441")
    moved_clock.move_to(booking.starts_at - timedelta(hours=24, minutes=1))
    assert "What would you like to do?" in words(signed_in(her_login).get(f"{at}/change/"))
    moved_clock.move(minutes=1)
    browser = signed_in(her_login)

    said = words(browser.get(f"{at}/change/"))

    assert "It is too late to change this online Call 01632 960 441" in said
    assert "What would you like to do?" not in said
    for address in (f"{at}/move/", f"{at}/cancel/"):
        assert browser.get(address).headers["Location"] == f"{at}/change/"
        answer = browser.post(address, {"why": "CANNOT_COME", "sure": "yes"})
        assert answer.headers["Location"] == f"{at}/change/"
    assert claim(booking.key).state == State.BOOKED


def test_a_move_that_comes_too_late_at_the_end_says_what_still_stands(
    her_login, booking, at, slots, moved_clock
):
    moved_clock.move_to(booking.starts_at - timedelta(hours=24, minutes=2))
    browser = signed_in(her_login)
    address = holds(browser, booking.ticket, slots[9], address=f"{at}/move/")
    moved_clock.move(minutes=3)

    page = browser.post(address)

    assert page.status_code == 409
    said = words(page)
    assert "It is too late to change this online Nothing has changed. You still have" in said
    assert claim(booking.key).state == State.BOOKED


FAILING = """
CREATE FUNCTION fails() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''broken''; END';
CREATE TRIGGER fails BEFORE INSERT ON portal_fhir_resource FOR EACH ROW
WHEN (NEW.resource_type = 'Appointment') EXECUTE FUNCTION fails();
"""


@pytest.fixture
def amina_at_work(own_database, moved_clock, as_superuser):
    """Give her browser, her ticket and the slots, in a database that can be made to fail."""
    moved_clock.move_to(datetime(2026, 3, 12, 9, 2, tzinfo=UTC))
    patient = Repository(SYSTEM).create(a_patient("9991000003")).id
    login = a_login("Amina Yusuf")
    linked(login, patient)
    slots = slots_of(published())
    return signed_in(login), patient, ordered(patient), slots


def test_a_booking_that_fails_half_way_has_not_happened_and_can_be_tried_again(
    amina_at_work, as_superuser
):
    browser, patient, ticket, slots = amina_at_work
    address = holds(browser, ticket, slots[1])
    typed = {"reason": "My chest is tight", "phone": PHONE}
    as_superuser.execute(FAILING)

    page = browser.post(address, typed)

    assert page.status_code == 503
    said = words(page)
    assert "We could not book it Something went wrong on our side. Nothing is booked." in said
    assert "Please give them this code: DB-" in said
    as_superuser.execute("DROP TRIGGER fails ON portal_fhir_resource")
    assert "My chest is tight</textarea>" in browser.get(address).content.decode()
    assert browser.post(address, typed).status_code == 302
    assert len(appointments_of(patient)) == 1


def test_a_move_that_fails_half_way_leaves_the_old_time_and_says_so(amina_at_work, as_superuser):
    browser, patient, ticket, slots = amina_at_work
    booking = booked(patient, ticket, slots[1])
    at = f"/appointments/{booking.key}"
    address = holds(browser, ticket, slots[5], address=f"{at}/move/")
    as_superuser.execute(FAILING)

    page = browser.post(address)

    assert page.status_code == 503
    said = words(page)
    assert "Nothing has changed. You still have 9:20am" in said
    assert "Please give them this code: DB-" in said
    assert claim(booking.key).state == State.BOOKED
    as_superuser.execute("DROP TRIGGER fails ON portal_fhir_resource")
    assert browser.post(address).status_code == 302
    assert claim(booking.key).state == State.MOVED

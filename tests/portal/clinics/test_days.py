"""The day list: who comes when, what they need, what is free; kept current."""

from datetime import date

import pytest

from portal import clock
from portal.appointments import clinics
from portal.clinics import sessions
from portal.identity.models import Tie
from portal.identity.sessions import still_stands
from portal.live import desks
from tests.portal.appointments import clinic as making
from tests.portal.appointments.diary import put
from tests.portal.appointments.test_clinics import edited
from tests.portal.clinics.office import hidden
from tests.portal.pages import words

DAY = "/staff/clinics/days/2026-03-24/"
INTERPRETER = {
    "url": "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired",
    "valueBoolean": True,
}
URDU = {"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "ur"}]}, "preferred": True}


@pytest.fixture
def with_needs(hospital, bookings):
    """Let the first need an Urdu interpreter and large print."""
    key = bookings[0].patient
    said = hospital.read("Patient", key).json
    hospital.update({**said, "extension": [INTERPRETER], "communication": [URDU]}, None)
    hospital.create(making.a_need(key, "Needs large print"))


def test_the_day_says_who_comes_what_they_need_and_what_is_free(office, with_needs):
    said = words(office.get(DAY))

    assert "3 visits booked, 6 free places. UK time." in said
    assert "9am Ada Moss 999 000 0018 · 14 March 1968 Urdu interpreter Needs large print" in said
    assert "9:20am Bob Moss" in said
    assert "10am Free" in said
    assert "Monday 23 Today Wednesday 25" in said
    assert "No clinic is held on this day." in words(office.get("/staff/clinics/days/"))


def test_a_visit_that_the_hospital_has_last_into_another_is_flagged_with_its_end(
    office, bookings, slots
):
    put(bookings[0].key, end=slots[1].ends_at.isoformat())

    said = words(office.get(DAY))

    assert "9am to 9:40am Ada Moss" in said
    assert "Video Runs into another time Still booked. Give it room, or cancel it" in said
    assert "9:20am Bob Moss" in said
    assert "3 visits booked, 6 free places, 1 outside the session" in said


@pytest.mark.usefixtures("bookings")
def test_a_held_time_is_said_and_what_stands_outside_is_flagged(office, amina_yusuf, clinic, slots):
    making.held(amina_yusuf, making.ordered(amina_yusuf), slots[4])
    assert "10:20am Being chosen now Kept until 9:07am" in words(office.get(DAY))

    closed = edited(clinic, exceptions=[date(2026, 3, 24)])
    clinics.change(closed, clock.now(), clinics.SYSTEM)

    said = words(office.get(DAY))
    assert "9am Ada Moss 999 000 0018 · 14 March 1968 Video Outside the session" in said
    assert "3 visits booked, 0 free places, 3 outside the session" in said
    assert "10am Free" not in said


@pytest.mark.usefixtures("bookings")
def test_a_longer_visit_says_its_end_and_its_second_time_is_not_free(
    office, amina_yusuf, clinic, slots
):
    making.booked(amina_yusuf, making.ordered(amina_yusuf), slots[4], longer=True)

    said = words(office.get(DAY))
    assert "4 visits booked, 4 free places" in said
    assert "10:20am to 11am Amina Yusuf" in said
    assert "10:40am" not in said
    (first, *_) = sessions.sessions_of(clinic.key, clock.now())
    assert (first.booked, first.free) == (4, 4)


def test_a_phone_visit_says_which_number(office, hospital, amina_yusuf, places):
    phone = making.published(
        service="phone", clinician="okoro", modes=["phone"], location=places[0]
    )
    making.booked(
        amina_yusuf, making.ordered(amina_yusuf, "phone"), making.slots_of(phone)[0], mode="phone"
    )

    assert "Phone call 07700 900123" in words(office.get(DAY))


def test_a_group_has_several_places_at_one_time(office, people, places):
    group = making.published(
        service="group", clinician="okoro", name="Group", capacity=3, location=places[0]
    )
    making.booked(people[0][0], making.ordered(people[0][0], "group"), making.slots_of(group)[0])

    said = words(office.get(DAY)).partition("Group Dr")[2]
    assert "9am Ada Moss" in said
    assert "9am Free: 2 places" in said
    assert "9:20am Free: 3 places" in said


def test_a_page_follows_its_place_and_asks_only_for_what_has_changed(office, bookings, places):
    page = office.get(DAY)
    html = page.content.decode()
    cursor = html.partition('data-cursor="')[2].partition('"')[0]
    standing = still_stands(office.session["daybook"], clock.now())
    assert desks.opened(standing, cursor) == f"Location/{places[0]}"
    assert html.count('data-live="desk"') == 2

    part = office.get(f"{DAY}?part=day")
    tag = {"If-None-Match": part.headers["ETag"]}
    assert "Ada Moss" in words(part)
    assert office.get(f"{DAY}?part=day", headers=tag).status_code == 304
    assert words(office.get(f"{DAY}?part=status")).startswith("3 visits booked")

    making.cancelled(bookings[0])

    changed = office.get(f"{DAY}?part=day", headers=tag)
    assert changed.status_code == 200
    assert "Ada Moss" not in words(changed)
    assert office.get(f"{DAY}?part=none").status_code == 404


def test_a_relation_is_not_named(office, sam, bookings):
    Tie.objects.create(user=sam, patient=bookings[0].patient, declared_at=clock.now())

    page = office.get(DAY)

    assert "9am Somebody whose record is closed to you" in words(page)
    assert "Ada Moss" not in page.content.decode()
    assert "Bob Moss" in words(page)


@pytest.mark.parametrize("on", ["none", "2026-02-30", "0001-01-01", "9999-12-31"])
def test_no_day_is_no_page(office, on):
    assert office.get(f"/staff/clinics/days/{on}/").status_code == 404


def test_a_place_of_others_is_not_there(office, places, clinic):
    assert office.get(f"{DAY}?place={places[0]}").status_code == 200
    assert office.get(f"{DAY}?place={places[1]}").status_code == 404
    assert hidden(office.get(DAY), "place") == ""


def test_a_day_takes_as_many_queries_whoever_comes(
    office, people, slots, django_assert_num_queries
):
    making.booked(*people[0], slots[0])
    with django_assert_num_queries(QUERIES):
        office.get(DAY)
    for person, slot in zip(people[1:], slots[1:], strict=False):
        making.booked(*person, slot)

    with django_assert_num_queries(QUERIES):
        assert "Cyd Moss" in words(office.get(DAY))


QUERIES = 26

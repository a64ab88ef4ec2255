"""On the day: who has come says so, staff see it, and everything that goes by a booking goes on."""

from datetime import datetime, timedelta

import pytest

from fhir.access import SYSTEM
from fhir.scope import scoped
from portal import clock
from portal.appointments import actions, clinics
from portal.appointments.models import ClinicSlot
from portal.appointments.refusing import CannotBook
from portal.appointments.rules import Refusal, State
from portal.identity.models import Role
from portal.notices.actions import Changed, follow
from portal.notices.models import Notice
from portal.record.dates import LONDON
from tests.portal.appointments import clinic as making
from tests.portal.appointments.diary import put, said
from tests.portal.appointments.test_clinics import edited
from tests.portal.beforehand.coming import START, Comer
from tests.portal.pages import words
from tests.signing_in import a_login, signed_in

MINUTE = timedelta(minutes=1)


@pytest.fixture
def on_the_day(amina, her_login, moved_clock):
    moved_clock.move_to(datetime(2026, 3, 31, 8, 45, tzinfo=LONDON))
    return Comer(signed_in(her_login), amina.key)


def status(booking):
    return making.appointment(booking)["status"]


def listed(browser):
    return words(browser.get("/staff/visits/?part=list"))


def test_who_has_come_says_so_and_staff_see_it_with_the_time(on_the_day, booking, dr_nair, sam):
    assert "Tell us that you are here for your visit" in words(
        on_the_day.browser.get("/appointments/")
    )

    part = "/staff/clinics/days/2026-03-31/?place=north&part=day"
    seen = {"If-None-Match": sam.get(part).headers["ETag"]}
    assert sam.get(part, headers=seen).status_code == 304

    answer = on_the_day.comes()

    assert answer.headers["Location"] == f"/appointments/{booking.key}/here/"
    assert "You told us at 8:45am" in on_the_day.reads("here")
    assert status(booking) == "arrived"
    assert "You have arrived Since 8:45am" in words(on_the_day.browser.get("/appointments/"))
    assert "Here since 8:45am" in listed(dr_nair)
    day = words(sam.get(part, headers=seen))
    assert "At the hospital Arrived 8:45am" in day


def test_said_twice_the_first_time_stands_and_it_can_be_taken_back(
    on_the_day, booking, moved_clock, dr_nair
):
    before = making.appointment(booking)
    on_the_day.comes()
    once = making.appointment(booking)
    moved_clock.move(minutes=3)

    on_the_day.comes()
    assert making.appointment(booking) == once
    for _ in range(2):
        assert on_the_day.comes("not-here").status_code == 302
    after = making.appointment(booking)
    assert {name: value for name, value in after.items() if name != "meta"} == {
        name: value for name, value in before.items() if name != "meta"
    }
    assert after["meta"]["versionId"] == "3"
    assert "Here since" not in listed(dr_nair)
    assert "Are you here for your visit?" in on_the_day.reads("here")


@pytest.mark.parametrize(
    ("at", "says", "opens"),
    [
        (START - timedelta(hours=2, minutes=1), "There is nothing to do yet", False),
        (START - timedelta(hours=2), "Are you here for your visit?", True),
        (START + timedelta(hours=4) - MINUTE, "Are you here for your visit?", True),
        (START + timedelta(hours=4), "It is too late to tell us here", False),
    ],
)
def test_it_can_be_said_around_the_visit_and_not_otherwise(  # noqa: PLR0917 (a table)
    booking, her_login, moved_clock, at, says, opens
):
    moved_clock.move_to(at)
    amina = Comer(signed_in(her_login), booking.key)

    assert says in amina.reads("here")
    assert (amina.comes().status_code == 302) is opens
    assert (status(booking) == "arrived") is opens


def test_a_hospitals_word_stands_over_who_says_that_they_are_here(on_the_day, booking, slots):
    put(booking.key, status="cancelled")

    answer = on_the_day.comes()

    assert answer.headers["Location"] == "/appointments/"
    assert status(booking) == "cancelled"


def test_a_visit_that_the_hospital_took_elsewhere_leads_to_whom_to_ring(on_the_day, booking):
    put(booking.key, start=(START + timedelta(hours=7)).isoformat())

    for page in ("before", "here"):
        assert "The hospital has changed this visit" in on_the_day.reads(page)
    assert on_the_day.comes().headers["Location"].endswith("/change/")
    assert status(booking) == "booked"


def test_what_the_hospital_says_of_who_has_come_stands_over_what_they_say(on_the_day, booking):
    on_the_day.comes()
    put(booking.key, status="booked")
    assert status(booking) == "booked"
    assert on_the_day.comes("not-here").status_code == 302
    assert status(booking) == "booked"
    put(booking.key, status="checked-in")
    on_the_day.comes("not-here")
    assert status(booking) == "checked-in"
    assert "Pressed by mistake" not in on_the_day.reads("here")


def test_a_visit_by_phone_is_waited_for_and_one_by_video_has_its_waiting_room(
    slots, amina_yusuf, her_login, moved_clock
):
    phone, video = (
        making.booked(amina_yusuf, making.ordered(amina_yusuf), slots[n], mode=mode)
        for n, mode in ((3, "phone"), (4, "video"))
    )
    moved_clock.move_to(START)
    amina = signed_in(her_login)
    dr_nair = signed_in(a_login("Dr Priya Nair", Role.CLINICIAN, practitioners=[making.NAIR]))

    assert "Are you ready for our call?" in Comer(amina, phone.key).reads("here")
    Comer(amina, phone.key).comes()
    assert status(phone) == "arrived"
    assert "Ready since 9am Call 07700 900123" in listed(dr_nair)
    assert Comer(amina, video.key).comes().url.endswith("/visit/")
    assert status(video) == "booked"


def test_who_has_come_cannot_move_or_cancel_online_and_staff_still_can(
    on_the_day, booking, slots, sam
):
    on_the_day.comes()
    patient, key = booking.patient, str(booking.key)

    with pytest.raises(CannotBook) as refused:
        actions.cancel(making.records_of(patient), patient, key, actions.Why.OTHER)

    assert refused.value.refusal == Refusal.HERE
    assert making.claim(booking.key).state == State.BOOKED
    assert "You have told us that you are here" in on_the_day.reads("change")
    answer = sam.post(f"/staff/clinics/bookings/{key}/cancel/", {"by": "CLINIC", "words": ""})
    assert answer.status_code == 302
    assert status(booking) == "cancelled"
    assert making.claim(booking.key).state == State.CANCELLED


def test_a_clinic_that_is_cancelled_takes_those_who_have_come_with_it(on_the_day, booking):
    on_the_day.comes()
    clinic = ClinicSlot.objects.select_related("clinic").get(slot=booking.slot).clinic
    closed = edited(clinic, exceptions=[START.date()])
    clinics.change(closed, clock.now(), SYSTEM, keep=False)

    assert status(booking) == "cancelled"


def test_reminders_and_news_go_by_an_arrived_visit_as_by_a_booked_one(
    on_the_day, booking, moved_clock
):
    follow(Changed(booking.patient, {str(booking.key)}, {str(booking.key)}), clock.now())
    told = notices()

    for act in ("", "not-here", ""):
        on_the_day.comes(act)
        follow(Changed(booking.patient, {str(booking.key)}, set()), clock.now())

    assert notices() == told
    said(booking, "S15")
    follow(Changed(booking.patient, {str(booking.key)}, set()), clock.now())
    assert len(notices()) == len(told) + 1


def notices():
    with scoped(SYSTEM):
        return sorted(Notice.objects.values_list("kind", "state"))

"""A clinic changes: whom that hits is counted first, and it is done as it was agreed to."""

import csv
import io

import pytest

from fhir import changes
from fhir.access import SYSTEM
from fhir.store import Repository
from portal import clock
from portal.appointments import actions, clinics
from portal.appointments.rules import State
from portal.clinics.untold import COLUMNS
from portal.identity.models import Tie
from tests.portal.appointments import clinic as making
from tests.portal.appointments.test_clinics import edited
from tests.portal.clinics.office import agreed, hidden
from tests.portal.pages import words

NONE = {"held": "none", "act": "preview"}


@pytest.fixture
def address(clinic, bookings):
    """Give the page of the session in which the three are booked."""
    return f"/staff/clinics/{clinic.key}/sessions/2026-03-24/"


def states(bookings):
    return [making.claim(one.key).state for one in bookings]


def rows_of(answer):
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_all_is_counted_before_anything_changes(office, address, bookings, clinic):
    shown = office.post(address, NONE)

    said = words(shown)
    assert "1 session changes" in said
    assert "3 booked visits hit 2 to ring or write to 1 with no contact details" in said
    assert "24 March, 9am Ada Moss 999 000 0018 Told at once" in said
    assert "24 March, 9:20am Bob Moss 999 000 0026 Ring 07700 900001" in said
    assert "24 March, 9:40am Cyd Moss 999 000 0034 No contact details" in said
    assert "1 told at once. 2 on a list for you to ring or write to." in said
    assert "Tuesday 24 March 2026 No session any more" in said
    assert "Publish this change to 3 booked visits" in said
    assert 'value="keep" checked' in shown.content.decode()
    assert states(bookings) == [State.BOOKED] * 3
    assert len(making.slots_of(clinic, is_open=True)) == 54


def test_bookings_are_kept_flagged_and_taken_back_when_half_the_session_returns(
    office, address, bookings, clinic
):
    before = changes.numbers([one.patient for one in bookings])
    done = office.post(address, agreed(office.post(address, NONE), NONE), follow=True)

    said = words(done)
    assert "Published. 6 free times removed and 3 visits kept outside the session." in said
    assert "3 visits outside the session" in said
    assert "Tuesday 24 March 2026 3 outside the session No session 3 0" in said
    assert states(bookings) == [State.BOOKED] * 3
    assert making.appointment(bookings[0])["status"] == "booked"
    assert changes.numbers([one.patient for one in bookings]) == before  # nobody was told

    half = {"held": "other", "opens": "9am", "closes": "9:40am", "act": "preview"}
    shown = office.post(address, half)
    assert "2 booked visits fit again" in words(shown)
    office.post(address, agreed(shown, half))

    assert [bool(making.claim(one.key).orphaned_at) for one in bookings] == [False, False, True]
    assert "1 visit outside the session" in words(office.get(f"/staff/clinics/{clinic.key}/"))


def test_they_are_cancelled_with_the_reason_that_was_typed_and_who_cannot_be_told_is_listed(
    office, address, bookings, people, clinic
):
    given = agreed(office.post(address, NONE), NONE, bookings="cancel", words="Dr Nair is away.")

    done = office.post(address, given, follow=True)

    assert "Published. 6 free times removed and 3 visits cancelled." in words(done)
    assert "2 people whose visits were cancelled have no login, and must be rung" in words(done)
    assert states(bookings) == [State.CANCELLED] * 3
    for one in bookings:
        said = making.appointment(one)
        assert (said["status"], said["cancelationReason"]["text"]) == (
            "cancelled",
            "Dr Nair is away.",
        )
    who = Repository(SYSTEM).history("Appointment", str(bookings[0].key))
    assert len(who) == 2
    listed = rows_of(office.get(f"/staff/clinics/{clinic.key}/not-told.csv"))
    assert listed[0] == list(COLUMNS)
    assert [[row[0], *row[3:5], row[6]] for row in listed[1:]] == [
        ["Bob Moss", "Tuesday 24 March 2026", "9:20am", "07700 900001"],
        ["Cyd Moss", "Tuesday 24 March 2026", "9:40am", "No contact details"],
    ]


def test_a_patient_sees_why_the_hospital_cancelled(office, address, her_browser, amina_yusuf):
    slot = making.slots_of(clinics.Clinic.objects.get())[3]
    booking = making.booked(amina_yusuf, making.ordered(amina_yusuf), slot)
    given = agreed(office.post(address, NONE), NONE, bookings="cancel")

    office.post(address, given)

    listed = words(her_browser.get("/appointments/"))
    assert "Cancelled by the hospital" in listed
    page = her_browser.get(f"/record/appointments/appointment/{booking.key}/")
    assert "The clinic has had to cancel this appointment" in words(page)


def test_if_somebody_books_between_look_and_act_the_office_looks_once_more(
    office, address, bookings, amina_yusuf, clinic
):
    shown = office.post(address, NONE)
    slot = making.slots_of(clinic)[4]
    late = making.booked(amina_yusuf, making.ordered(amina_yusuf), slot)

    again = office.post(address, agreed(shown, NONE, bookings="cancel"))

    assert again.status_code == 409
    said = words(again)
    assert "Look once more: something has happened meanwhile" in said
    assert "5 free times removed was 6 4 booked visits hit was 3" in said
    assert "Amina Yusuf" in said
    assert 'value="cancel" checked' in again.content.decode()
    assert states([*bookings, late]) == [State.BOOKED] * 4
    assert len(making.slots_of(clinic, is_open=True)) == 54

    office.post(address, agreed(again, NONE, bookings="cancel"))

    assert states([*bookings, late]) == [State.CANCELLED] * 4


def test_two_of_the_office_who_change_it_at_once_are_told(office, address, bookings, clinic):
    first, second = office.post(address, NONE), office.post(address, NONE)
    office.post(address, agreed(first, NONE))

    again = office.post(address, agreed(second, NONE, bookings="cancel"))

    assert again.status_code == 409
    assert states(bookings) == [State.BOOKED] * 3


def test_nothing_is_published_that_was_not_looked_at(office, address, bookings, clinic):
    page = office.post(address, NONE | {"act": "publish", "bookings": "cancel"})

    assert "Who would this change?" in words(page)
    assert states(bookings) == [State.BOOKED] * 3


def test_a_relation_is_not_named_and_is_cancelled_like_everybody(office, sam, address, bookings):
    Tie.objects.create(user=sam, patient=bookings[0].patient, declared_at=clock.now())

    shown = office.post(address, NONE)

    assert "24 March, 9am Somebody whose record is closed to you" in words(shown)
    assert "Ada Moss" not in shown.content.decode()
    office.post(address, agreed(shown, NONE, bookings="cancel"))
    assert states(bookings) == [State.CANCELLED] * 3


@pytest.mark.parametrize(
    ("by", "reason"),
    [
        ("CLINIC", ("clinic-cancelled", "The clinic has had to cancel this appointment")),
        ("SERVICE", ("service-cancelled", "The hospital has had to cancel this appointment")),
        ("PATIENT", ("other", "You asked us to cancel")),
    ],
)
def test_one_booking_is_cancelled_by_whose_wish_it_is(office, bookings, slots, by, reason):
    address = f"/staff/clinics/bookings/{bookings[1].key}/cancel/"
    assert "Bob Moss" in words(office.get(address))

    done = office.post(address, {"by": by}, follow=True)

    assert "The patient has no login: tell them. Ring 07700 900001." in words(done)
    assert states(bookings) == [State.BOOKED, State.CANCELLED, State.BOOKED]
    said = making.appointment(bookings[1])["cancelationReason"]
    assert (said["coding"][0]["code"], said["text"]) == reason
    assert making.fhir_slot(slots[1])["status"] == "free"
    assert office.get(address).status_code == 404
    again = making.booked(bookings[1].patient, bookings[1].ticket, slots[5])
    assert again.state == State.BOOKED


def test_a_booking_that_its_patient_cancels_meanwhile_is_told(office, bookings):
    key = bookings[0].key
    records = making.records_of(bookings[0].patient)
    address = f"/staff/clinics/bookings/{key}/cancel/"
    assert office.get(address).status_code == 200
    assert office.post(address, {}).status_code == 400

    actions.cancel(records, bookings[0].patient, str(key), actions.Why.OTHER)

    assert office.post(address, {"by": "CLINIC"}).status_code == 404


def test_a_booking_elsewhere_is_not_there(office, places, hospital, amina_yusuf):
    other = making.published(location=places[1])
    ticket = making.ordered(amina_yusuf)
    booking = making.booked(amina_yusuf, ticket, making.slots_of(other)[0])

    for method in (office.get, office.post):
        assert method(f"/staff/clinics/bookings/{booking.key}/cancel/").status_code == 404
    assert making.claim(booking.key).state == State.BOOKED


def test_what_was_kept_outside_is_cancelled_all_at_once_later(office, address, bookings, clinic):
    office.post(address, agreed(office.post(address, NONE), NONE))
    outside = f"/staff/clinics/{clinic.key}/outside/"
    page = office.get(outside)
    assert "1 told at once. 2 on a list for you to ring or write to." in words(page)
    making.cancelled(bookings[2])

    stale = office.post(outside, {"stamp": hidden(page, "stamp")})

    assert stale.status_code == 409
    assert "Look once more" in words(stale)
    assert states(bookings) == [State.BOOKED, State.BOOKED, State.CANCELLED]

    given = {"stamp": hidden(stale, "stamp"), "words": "Dr Nair is away."}
    done = office.post(outside, given, follow=True)

    assert "2 visits cancelled." in words(done)
    assert states(bookings) == [State.CANCELLED] * 3
    assert making.appointment(bookings[0])["cancelationReason"]["text"] == "Dr Nair is away."
    assert "No visit of this clinic is outside its session." in words(office.get(outside))
    assert office.post(outside, {}).status_code == 400


def test_a_time_is_free_again_whose_booking_stood_outside_since_it_is_held_otherwise(
    office, clinic, bookings, slots
):
    clinics.change(edited(clinic, modes=["phone"]), clock.now(), SYSTEM)
    assert making.fhir_slot(slots[0])["status"] == "busy"
    outside = f"/staff/clinics/{clinic.key}/outside/"

    office.post(outside, {"stamp": hidden(office.get(outside), "stamp")})

    assert making.fhir_slot(slots[0])["status"] == "free"
    assert making.slots_of(clinic)[0].is_full is False

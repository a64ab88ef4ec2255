"""A patient moves a booking: the new time is theirs before the old one is freed."""

from datetime import timedelta

import pytest

from portal.appointments import actions
from portal.appointments.models import BookingTerms
from portal.appointments.refusing import CannotBook
from portal.appointments.resources import Details
from portal.appointments.rules import Refusal, State
from portal.appointments.tickets import tickets
from tests.portal.appointments.clinic import (
    SERVICE,
    appointment,
    appointments_of,
    booked,
    claim,
    claims_with,
    fhir_slot,
    held,
    moved,
    ordered,
    published,
    records_of,
    slots_of,
)

PREVIOUS = "http://hl7.org/fhir/5.0/StructureDefinition/extension-Appointment.previousAppointment"


def refusal_of(act, *args, **more):
    with pytest.raises(CannotBook) as refused:
        act(*args, **more)
    return refused.value.refusal


@pytest.fixture
def booking(amina_yusuf, ticket, slots):
    return booked(amina_yusuf, ticket, slots[0])


def test_a_move_books_the_new_time_and_ends_the_old_one_which_points_to_it(
    amina_yusuf, booking, slots
):
    new = moved(amina_yusuf, booking, slots[5])

    old, said = appointment(booking), appointment(new)
    assert (said["status"], said["start"]) == ("booked", slots[5].starts_at.isoformat())
    assert said["identifier"] == old["identifier"]
    assert said["reasonCode"] == old["reasonCode"]
    extensions = {one["url"]: one for one in said["extension"]}
    assert extensions[PREVIOUS]["valueReference"] == {"reference": f"Appointment/{booking.key}"}
    assert extensions["urn:daybook:extension:contact-for-this-visit"]
    assert old["status"] == "cancelled"
    assert old["cancelationReason"]["coding"][0]["code"] == "rescheduled"
    assert old["supportingInformation"] == [{"reference": f"Appointment/{new.key}"}]
    assert (new.sequence, new.series) == (1, booking.series)
    ended = claim(booking.key)
    assert (ended.state, ended.moved_to) == (State.MOVED, new.key)
    assert fhir_slot(slots[0])["status"] == "free"
    assert fhir_slot(slots[5])["status"] == "busy"


def test_until_it_is_confirmed_both_times_are_the_patients_own(
    amina_yusuf, booking, slots, ben_carter, his_ticket
):
    new = held(amina_yusuf, booking.ticket, slots[5], moving=booking.key)

    assert claim(booking.key).state == State.BOOKED
    assert new.state == State.HELD
    for slot in (slots[0], slots[5]):
        assert refusal_of(held, ben_carter, his_ticket, slot) == Refusal.TAKEN


def test_a_move_sent_twice_is_one(amina_yusuf, booking, slots):
    new = held(amina_yusuf, booking.ticket, slots[5], moving=booking.key)
    records = records_of(amina_yusuf)

    first = actions.move(records, amina_yusuf, new.key)
    again = actions.move(records, amina_yusuf, new.key)
    confirmed = actions.confirm(records, amina_yusuf, new.key, Details())

    assert first.key == again.key == confirmed.key
    assert len(appointments_of(amina_yusuf)) == 2


def test_a_booking_that_was_moved_twice_is_one_series(amina_yusuf, booking, slots):
    second = moved(amina_yusuf, booking, slots[1])
    third = moved(amina_yusuf, second, slots[0])

    assert (third.series, third.sequence) == (booking.series, 2)
    extensions = [one["url"] for one in appointment(third)["extension"]]
    assert extensions.count(PREVIOUS) == 1
    assert refusal_of(moved, amina_yusuf, booking, slots[4]) == Refusal.NOT_BOOKED


def test_a_booking_may_move_into_time_that_overlaps_it(amina_yusuf, booking, slots):
    begins = (slots[0].starts_at + timedelta(minutes=10)).time()
    beside = published(clinician="lund", opens=begins)

    new = moved(amina_yusuf, booking, slots_of(beside)[0])

    assert new.starts_at < booking.ends_at
    assert [one.key for one in claims_with(state=State.BOOKED)] == [new.key]


def test_a_move_that_comes_too_late_leaves_both_as_they_were(
    amina_yusuf, booking, slots, moved_clock
):
    moved_clock.move_to(booking.starts_at - timedelta(hours=24, minutes=2))
    new = held(amina_yusuf, booking.ticket, slots[9], moving=booking.key)
    moved_clock.move(minutes=3)

    refusal = refusal_of(actions.move, records_of(amina_yusuf), amina_yusuf, new.key)

    assert refusal == Refusal.TOO_LATE
    assert claim(booking.key).state == State.BOOKED
    assert appointment(booking)["status"] == "booked"
    assert refusal_of(held, amina_yusuf, booking.ticket, slots[9], moving=booking.key) == (
        Refusal.TOO_LATE
    )


def test_the_cut_off_is_the_services_own(amina_yusuf, booking, slots, moved_clock):
    BookingTerms.objects.create(service=SERVICE, cut_off_hours=1, phone="01632 960 222")
    moved_clock.move_to(booking.starts_at - timedelta(hours=2))
    assert moved(amina_yusuf, booking, slots[8]).state == State.BOOKED
    BookingTerms.objects.update(cut_off_hours=500)

    with pytest.raises(CannotBook) as refused:
        moved(amina_yusuf, claims_with(state=State.BOOKED)[0], slots[9])

    assert refused.value.refusal == Refusal.TOO_LATE
    assert refused.value.phone == "01632 960 222"


def test_a_hold_that_ended_moves_nothing(amina_yusuf, booking, slots, moved_clock):
    new = held(amina_yusuf, booking.ticket, slots[5], moving=booking.key)
    moved_clock.move(minutes=5)

    assert refusal_of(actions.move, records_of(amina_yusuf), amina_yusuf, new.key) == (
        Refusal.EXPIRED
    )
    assert appointment(booking)["status"] == "booked"
    assert fhir_slot(slots[0])["status"] == "busy"


def test_what_a_hospital_system_changed_meanwhile_is_not_moved_away(
    hospital, amina_yusuf, booking, slots
):
    new = held(amina_yusuf, booking.ticket, slots[5], moving=booking.key)
    hospital.update(appointment(booking) | {"status": "cancelled"}, None)

    assert refusal_of(actions.move, records_of(amina_yusuf), amina_yusuf, new.key) == (
        Refusal.NOT_BOOKED
    )
    assert claim(new.key).state == State.HELD


def test_a_booking_moves_within_its_own_ticket_alone(amina_yusuf, booking, slots):
    other = ordered(amina_yusuf)

    assert refusal_of(held, amina_yusuf, other, slots[5], moving=booking.key) == Refusal.OTHER_KIND


def test_a_moved_booking_still_uses_its_ticket(amina_yusuf, booking, slots):
    moved(amina_yusuf, booking, slots[5])

    assert tickets(records_of(amina_yusuf), amina_yusuf) == []

"""Clinics are published, looked ahead of and changed: nobody's booking is lost on the way."""

import copy
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fhir import changes
from fhir.access import SYSTEM, Kind, Viewer
from fhir.store import Criteria, NotFound, Repository
from portal import clock
from portal.appointments import actions, clinics, tasks
from portal.appointments.actions import Why
from portal.appointments.models import Clinic, ClinicSlot
from portal.appointments.refusing import CannotBook
from portal.appointments.rules import Refusal, State
from portal.appointments.times import bank_holidays
from tests.builders import a_patient
from tests.portal.appointments.clinic import (
    DETAILS,
    a_clinic,
    appointment,
    booked,
    choice,
    claim,
    fhir_slot,
    held,
    ordered,
    published,
    records_of,
    slots_of,
)

SAM = Viewer(Kind.STAFF, "User/7", "Sam Reed", role="Booking office")


def edited(clinic, **more):
    """Return the clinic as somebody has edited it, not saved."""
    other = copy.copy(Clinic.objects.get(key=clinic.key))
    for name, value in more.items():
        setattr(other, name, value)
    return other


def changed(clinic, *, keep=True, **more):
    return clinics.change(edited(clinic, **more), clock.now(), SAM, keep=keep)


def preview(clinic, **more):
    return clinics.preview_change(edited(clinic, **more), clock.now(), SAM)


def open_times(clinic):
    return [one.starts_at for one in slots_of(clinic, is_open=True)]


def cancelled(booking):
    records = records_of(booking.patient)
    return actions.cancel(records, booking.patient, str(booking.key), Why.OTHER)


@pytest.fixture
def people(hospital, clinic):
    """Give three patients with a ticket each; the last cannot be reached."""
    found = []
    for given, points in (
        ("Ada", [{"system": "email", "value": "ada@example.org"}]),
        ("Bob", [{"system": "phone", "value": "07700 900001"}]),
        ("Cyd", [{"system": "phone", "value": "07700 900002", "use": "old"}]),
    ):
        key = hospital.create(a_patient(family="Moss", given=given, telecom=points)).id
        found.append((key, ordered(key)))
    return found


@pytest.fixture
def bookings(people, slots):
    """Book the first three times, in order."""
    return [booked(*person, slot) for person, slot in zip(people, slots, strict=False)]


def test_a_published_clinic_has_its_schedule_and_slots_in_the_record(hospital, clinic, slots):
    schedule = hospital.read("Schedule", str(clinic.key)).json
    found, _ = hospital.search(Criteria("Slot", count=200))

    assert len(slots) == 6 * 9
    assert {one.id for one in found} == {one.slot for one in slots}
    assert [actor["reference"] for actor in schedule["actor"]] == [
        "Practitioner/nair", "Location/north", "HealthcareService/breathing",
    ]  # fmt: skip
    assert schedule["active"] is True
    said = fhir_slot(slots[0])
    assert (said["status"], said["start"]) == ("free", "2026-03-24T09:00:00+00:00")
    assert said["schedule"] == {"reference": f"Schedule/{clinic.key}"}


def test_looking_ahead_again_makes_nothing_twice(hospital, clinic, slots):
    again = clinics.look_ahead(clinic, clock.now())

    assert (again.times_made, again.times_altered, again.times_withdrawn) == (0, 0, 0)
    assert [one.slot for one in slots_of(clinic)] == [one.slot for one in slots]
    assert hospital.read("Slot", slots[0].slot).version == 1
    assert hospital.read("Schedule", str(clinic.key)).version == 1


def test_each_night_a_day_comes_within_twelve_weeks(thursday, moved_clock):
    clinic = published(last_day=None, first_day=date(2026, 3, 1))
    last = max(open_times(clinic))
    assert last.date() == date(2026, 6, 2)  # 4 June is twelve weeks away

    moved_clock.move(days=7)
    tasks.make_all_slots()

    assert max(open_times(clinic)).date() == date(2026, 6, 9)
    assert len(set(open_times(clinic))) == len(open_times(clinic))


def test_a_draft_has_no_slots_until_it_is_published(thursday):
    clinic = published(stage=Clinic.Stage.DRAFT)
    assert slots_of(clinic) == []

    assert preview(clinic, stage=Clinic.Stage.PUBLISHED).times_made == 54
    changed(clinic, stage=Clinic.Stage.PUBLISHED)

    assert len(slots_of(clinic)) == 54


def test_a_clinic_that_fails_holds_up_no_other(thursday, caplog):
    published(zone="Atlantis/Harbour", stage=Clinic.Stage.DRAFT)
    Clinic.objects.update(stage=Clinic.Stage.PUBLISHED)
    good = a_clinic(clinician="okoro")
    good.save()

    tasks.make_all_slots()

    assert len(slots_of(good)) == 54
    assert "slots of a clinic cannot be made: ZoneInfoNotFoundError" in caplog.text


def test_whom_a_change_hits_is_told_before_anything_changes(clinic, bookings, people):
    before = open_times(clinic)

    told = preview(clinic, opens=time(9, 40))

    assert [one.name for one in told.told] == ["Ada Moss", "Bob Moss"]
    assert told.people == 2
    assert (told.times_withdrawn, told.bookings_kept) == (12, 1)
    assert len(told.days) == 6
    assert told.without_contact == []
    assert [one.name for one in preview(clinic, opens=time(11)).without_contact] == ["Cyd Moss"]
    assert open_times(clinic) == before
    assert [claim(one.key).orphaned_at for one in bookings] == [None, None, None]
    assert appointment(bookings[0])["status"] == "booked"


def test_bookings_that_no_longer_fit_are_kept_and_flagged(clinic, bookings, slots):
    told = changed(clinic, opens=time(9, 40))

    assert [one.appointment for one in told.told] == [str(one.key) for one in bookings[:2]]
    assert [bool(claim(one.key).orphaned_at) for one in bookings] == [True, True, False]
    assert [one.key for one in clinics.orphans(clinic)] == [one.key for one in bookings[:2]]
    assert {claim(one.key).state for one in bookings} == {State.BOOKED}
    assert appointment(bookings[0])["status"] == "booked"
    assert fhir_slot(slots[0])["status"] == "busy-unavailable"
    assert slots_of(clinic, is_open=True)[0].slot == slots[2].slot


def test_orphans_are_taken_back_when_there_is_room_again(clinic, bookings, slots):
    changed(clinic, opens=time(9, 40))
    again = preview(clinic, opens=time(9, 20))
    assert (again.bookings_adopted, again.times_altered) == (1, 6)

    changed(clinic, opens=time(9, 20))

    assert [bool(claim(one.key).orphaned_at) for one in bookings] == [True, False, False]
    assert fhir_slot(slots[1])["status"] == "busy"
    changed(clinic, opens=time(9))
    assert clinics.orphans(clinic) == []
    assert [one.slot for one in slots_of(clinic)] == [one.slot for one in slots]


def test_a_clinic_is_cancelled_with_all_its_bookings_and_says_whom_to_tell(
    clinic, bookings, people, slots
):
    told = changed(clinic, keep=False, stage=Clinic.Stage.CLOSED)

    assert [one.patient for one in told.told] == [key for key, _ in people]
    assert [one.name for one in told.without_contact] == ["Cyd Moss"]
    assert {claim(one.key).state for one in bookings} == {State.CANCELLED}
    said = appointment(bookings[0])
    assert said["status"] == "cancelled"
    assert said["cancelationReason"]["coding"][0]["code"] == "clinic-cancelled"
    assert open_times(clinic) == []
    by = Repository(SYSTEM).history("Appointment", str(bookings[0].key))
    assert len(by) == 2
    again = changed(clinic, keep=False)
    assert again.told == []


def test_each_patient_of_a_cancelled_clinic_has_a_change_in_their_log(clinic, bookings, people):
    before = changes.numbers([key for key, _ in people])

    changed(clinic, keep=False, stage=Clinic.Stage.CLOSED)

    after = changes.numbers([key for key, _ in people])
    assert {key: after[key].seq - before[key].seq for key in after} == dict.fromkeys(after, 1)


def test_where_a_group_shrinks_those_who_booked_first_stay(people, thursday):
    group = published(service="group", clinician="okoro", capacity=3)
    slot = slots_of(group)[0]
    made = [booked(key, ordered(key, "group"), slot) for key, _ in people]
    assert [one.unit for one in made] == [0, 1, 2]
    actions.cancel(
        records_of(made[0].patient), made[0].patient, str(made[0].key), actions.Why.OTHER
    )
    again = booked(people[0][0], made[0].ticket, slot)

    changed(group, capacity=2)

    units = {one.key: claim(one.key) for one in (made[1], made[2], again)}
    assert sorted(units[one.key].unit for one in made[1:]) == [0, 1]
    assert [bool(units[one.key].orphaned_at) for one in (made[1], made[2], again)] == [
        False, False, True,
    ]  # fmt: skip
    assert fhir_slot(slot)["status"] == "busy"
    cancelled(made[1])
    assert clinics.orphans(group) == []
    assert (claim(again.key).unit, fhir_slot(slot)["status"]) == (1, "busy")


@pytest.mark.parametrize(
    "more",
    [{"modes": ["phone"]}, {"clinician": "okoro"}, {"location": "south"}],
    ids=["how", "who", "where"],
)
def test_what_a_patient_was_told_of_how_who_and_where_is_part_of_fitting(more, clinic, bookings):
    told = changed(clinic, **more)

    assert len(told.told) == 3
    assert {claim(one.key).state for one in bookings} == {State.BOOKED}


def test_a_clinic_closed_in_the_middle_of_a_booking_refuses_and_leaves_the_ticket(
    clinic, people, slots
):
    (key, ticket), *_ = people
    hold = held(key, ticket, slots[0])
    changed(clinic, stage=Clinic.Stage.CLOSED)

    with pytest.raises(CannotBook) as refused:
        actions.confirm(records_of(key), key, hold.key, DETAILS)

    assert refused.value.refusal == Refusal.GONE
    with pytest.raises(CannotBook):
        actions.hold(records_of(key), key, choice(ticket, slots[1]))
    changed(clinic, stage=Clinic.Stage.PUBLISHED)
    assert booked(key, ticket, slots[1]).state == State.BOOKED


def test_a_held_unit_that_goes_in_the_middle_of_a_booking_is_refused(people, thursday):
    group = published(service="group", clinician="okoro", capacity=2)
    slot = slots_of(group)[0]
    (first, _), (second, _), _ = people
    booked(first, ordered(first, "group"), slot)
    hold = held(second, ordered(second, "group"), slot)
    assert hold.unit == 1

    changed(group, capacity=1)

    with pytest.raises(CannotBook) as refused:
        actions.confirm(records_of(second), second, hold.key, DETAILS)
    assert refused.value.refusal == Refusal.GONE
    assert clinics.orphans(group) == []


def test_what_is_only_held_gives_way_to_what_is_booked(people, thursday):
    group = published(service="group", clinician="okoro", capacity=2)
    slot = slots_of(group)[0]
    (first, _), (second, _), _ = people
    hold = held(first, ordered(first, "group"), slot)
    booking = booked(second, ordered(second, "group"), slot)
    assert (hold.unit, booking.unit) == (0, 1)

    told = changed(group, capacity=1)

    assert told.told == []
    assert (claim(booking.key).unit, claim(booking.key).orphaned_at) == (0, None)
    assert claim(hold.key).state == State.EXPIRED
    assert fhir_slot(slot)["status"] == "busy"


def test_what_has_begun_is_left_alone(clinic, bookings, moved_clock):
    moved_clock.move_to(bookings[0].starts_at + timedelta(minutes=1))

    told = changed(clinic, keep=False, stage=Clinic.Stage.CLOSED)

    assert [one.appointment for one in told.told] == [str(one.key) for one in bookings[1:]]
    assert claim(bookings[0].key).state == State.BOOKED


def test_a_new_bank_holiday_takes_its_times_and_flags_their_bookings(clinic, bookings):
    holidays = bank_holidays("ENG")
    holidays[date(2026, 3, 24)] = "A coronation"
    try:
        tasks.make_all_slots()
    finally:
        del holidays[date(2026, 3, 24)]

    assert min(open_times(clinic)) == datetime(2026, 3, 31, 8, tzinfo=UTC)
    assert len(clinics.orphans(clinic)) == 3
    tasks.make_all_slots()
    assert clinics.orphans(clinic) == []


def test_changing_a_clinic_opens_no_record(clinic, bookings, hospital):
    with pytest.raises(NotFound):
        Repository(SAM).read("Appointment", str(bookings[0].key))

    changed(clinic, keep=False, stage=Clinic.Stage.CLOSED)

    assert SAM.grants == ()
    assert ClinicSlot.objects.filter(is_open=True).count() == 0


def test_previewing_a_clinic_of_many_bookings_asks_as_often_as_of_few(
    hospital, clinic, slots, django_assert_num_queries
):
    def book(n):
        key = hospital.create(a_patient(given=f"P{n}")).id
        booked(key, ordered(key), slots[n])

    closed = edited(clinic, stage=Clinic.Stage.CLOSED)
    book(0)
    with CaptureQueriesContext(connection) as few:
        assert clinics.preview_change(closed, clock.now(), SAM).people == 1
    for n in range(1, 8):
        book(n)

    with django_assert_num_queries(len(few)):
        assert clinics.preview_change(closed, clock.now(), SAM).people == 8

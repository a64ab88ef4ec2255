"""A visit keeps its name in calendars wherever it moves, and every change counts up."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.appointments import actions
from portal.appointments.actions import Why
from portal.calendars import visits
from tests.portal.appointments.clinic import appointment, booked, moved, records_of
from tests.portal.appointments.test_following import said


def an_appointment(patient, start="2026-04-02T10:00:00+01:00", **more):
    return {
        "resourceType": "Appointment",
        "status": "booked",
        "start": start,
        "end": "2026-04-02T10:30:00+01:00",
        "participant": [{"actor": {"reference": f"Patient/{patient}"}, "status": "accepted"}],
    } | more


def seen(patient, now, days=30):
    return visits.since(records_of(patient), patient, now - timedelta(days=days))


def test_a_booking_stands_at_its_time_and_has_not_changed(amina_yusuf, ticket, slots, thursday):
    booking = booked(amina_yusuf, ticket, slots[0])

    (visit,) = seen(amina_yusuf, thursday)

    assert (visit.series, visit.sequence, visit.is_off) == (str(booking.series), 0, False)
    assert (visit.starts_at, visit.ends_at) == (slots[0].starts_at, slots[0].ends_at)


def test_a_moved_booking_is_one_visit_under_the_same_name_with_its_changes_counted(
    amina_yusuf, ticket, slots, thursday
):
    first = booked(amina_yusuf, ticket, slots[0])
    second = moved(amina_yusuf, first, slots[5])

    (once,) = seen(amina_yusuf, thursday)
    third = moved(amina_yusuf, second, slots[9])
    (twice,) = seen(amina_yusuf, thursday)
    actions.cancel(records_of(amina_yusuf), amina_yusuf, str(third.key), Why.OTHER)
    (off,) = seen(amina_yusuf, thursday)

    assert {one.series for one in (once, twice, off)} == {str(first.series)}
    assert [one.sequence for one in (once, twice, off)] == [1, 2, 3]
    assert [one.is_off for one in (once, twice, off)] == [False, False, True]
    assert twice.starts_at == off.starts_at == slots[9].starts_at


def test_a_change_is_still_counted_when_what_was_moved_lies_too_far_back(
    amina_yusuf, ticket, slots, thursday
):
    first = booked(amina_yusuf, ticket, slots[0])
    last = moved(amina_yusuf, first, slots[-1])

    (visit,) = visits.since(records_of(amina_yusuf), amina_yusuf, slots[5].starts_at)

    assert (visit.sequence, visit.starts_at) == (1, last.starts_at)


def test_a_hospital_that_moves_its_own_appointment_counts_up_too(hospital, amina_yusuf, thursday):
    made = hospital.create(an_appointment(amina_yusuf))
    (before,) = seen(amina_yusuf, thursday)
    changed = made.json | {"start": "2026-04-03T11:00:00+01:00", "end": "2026-04-03T11:30:00+01:00"}
    hospital.update(changed, made.version)

    (after,) = seen(amina_yusuf, thursday)

    assert (before.series, before.sequence) == (made.id, 0)
    assert (after.series, after.sequence) == (made.id, 1)
    assert after.starts_at - before.starts_at == timedelta(days=1, hours=1)


def test_a_hospital_that_writes_over_a_booking_keeps_its_name(
    hospital, amina_yusuf, ticket, slots, thursday
):
    booking = booked(amina_yusuf, ticket, slots[0])
    said = appointment(booking)
    left = {"identifier", "extension", "slot"}
    kept = {name: value for name, value in said.items() if name not in left}
    hospital.update(kept | {"start": slots[3].starts_at.isoformat()}, 1)

    (visit,) = seen(amina_yusuf, thursday)

    assert (visit.series, visit.sequence) == (str(booking.series), 1)
    assert visit.starts_at == slots[3].starts_at


def test_what_is_off_is_said_to_be_for_thirty_days_after_its_day(
    hospital, amina_yusuf, thursday, moved_clock
):
    made = hospital.create(an_appointment(amina_yusuf))
    hospital.update(made.json | {"status": "cancelled"}, 1)

    (visit,) = seen(amina_yusuf, thursday)
    kept = seen(amina_yusuf, moved_clock.move(days=50))
    gone = seen(amina_yusuf, moved_clock.move(days=2))

    assert visit.is_off
    assert [len(kept), len(gone)] == [1, 0]


def test_what_was_entered_in_error_is_there_no_more(hospital, amina_yusuf, thursday):
    made = hospital.create(an_appointment(amina_yusuf))
    assert len(seen(amina_yusuf, thursday)) == 1

    hospital.update(made.json | {"status": "entered-in-error"}, 1)

    assert seen(amina_yusuf, thursday) == []


def test_a_booking_that_a_hospitals_diary_moves_keeps_its_name_and_counts_up(
    amina_yusuf, ticket, slots, thursday
):
    booking = booked(amina_yusuf, ticket, slots[0])
    said(booking, "S13", slots[4].starts_at)
    (moved_there,) = seen(amina_yusuf, thursday)
    said(booking, "S15", at="20260312085500")

    (off,) = seen(amina_yusuf, thursday)

    assert moved_there.starts_at == slots[4].starts_at
    assert moved_there.series == off.series == str(booking.series)
    assert [moved_there.sequence, off.sequence] == [1, 2]
    assert off.is_off


@pytest.mark.parametrize("status", ["proposed", "pending", "waitlist"])
def test_what_is_not_agreed_is_no_visit(hospital, amina_yusuf, thursday, status):
    hospital.create(an_appointment(amina_yusuf, status=status))
    hospital.create(an_appointment(amina_yusuf))

    assert len(seen(amina_yusuf, thursday)) == 1


def test_nobody_elses_visits_are_there(hospital, amina_yusuf, ben_carter, thursday):
    hospital.create(an_appointment(amina_yusuf))
    hospital.create(an_appointment(ben_carter))

    assert len(seen(amina_yusuf, thursday)) == 1
    assert visits.since(records_of(ben_carter), amina_yusuf, thursday) == []


def test_many_visits_take_no_more_queries_than_one(
    hospital, amina_yusuf, thursday, django_assert_num_queries
):
    hospital.create(an_appointment(amina_yusuf))
    with CaptureQueriesContext(connection) as few:
        seen(amina_yusuf, thursday)
    for _ in range(20):
        hospital.create(an_appointment(amina_yusuf))

    with django_assert_num_queries(len(few)):
        assert len(seen(amina_yusuf, thursday)) == 21

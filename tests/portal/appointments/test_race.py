"""Everybody wants the same times at the same moment: nobody gets one twice, and none is lost."""

import os
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta

import pytest

from fhir.access import SYSTEM
from fhir.store import Repository
from portal import clock
from portal.appointments import actions, clinics
from portal.appointments.actions import Why
from portal.appointments.models import Claim
from portal.appointments.refusing import CannotBook
from portal.appointments.resources import draft
from portal.appointments.rules import LIVE, Refusal, State
from tests.builders import a_patient
from tests.portal.appointments import truth
from tests.portal.appointments.clinic import (
    DETAILS,
    a_ticket,
    appointment,
    booked,
    choice,
    claims_with,
    held,
    published,
    records_of,
    slots_of,
)
from tests.portal.appointments.crowd import at_once
from tests.portal.appointments.diary import put

FREE, CROWD = 50, 200
RACES = int(os.environ.get("RACES", "1"))


@pytest.fixture(params=range(RACES), ids=lambda race: f"race-{race}")
def morning(own_database, moved_clock):
    """Begin with real commits, on the day of the examples; as often as is asked for."""
    moved_clock.move_to(datetime(2026, 3, 12, 9, tzinfo=UTC))


def crowd_of(count, *services):
    """Return so many patients with a ticket for each service, in a list for each patient."""
    people = [f"crowd-{n}" for n in range(count)]
    drafts = [draft(a_patient(given=f"P{key}") | {"id": key}, key) for key in people]
    drafts += [
        draft(a_ticket(key, service) | {"id": f"{key}-{service}"}, key)
        for key in people
        for service in services
    ]
    Repository(SYSTEM).write(drafts)
    return [(key, [f"{key}-{service}" for service in services]) for key in people]


def a_day_of(count, opens=time(8), **more):
    """Publish a clinic of one day with so many times of five minutes."""
    day = date(2026, 3, 24)
    closes = datetime.combine(day, opens) + timedelta(minutes=5 * count)
    found = slots_of(
        published(opens=opens, closes=closes.time(), minutes=5, first_day=day, last_day=day, **more)
    )
    assert len(found) == count
    return found


def books(patient, ticket, slot, *, longer=False):
    """Return an act that holds and confirms."""

    def act():
        records = records_of(patient)
        hold = actions.hold(records, patient, choice(ticket, slot, longer=longer))
        return actions.confirm(records, patient, hold.key, DETAILS)

    return act


def outcomes(results):
    """Count bookings and refusals; anything else is a fault."""
    return Counter(
        one.refusal.name if isinstance(one, CannotBook) else str(getattr(one, "state", repr(one)))
        for one in results
    )


def test_of_200_people_50_get_the_50_times_and_150_are_told_that_they_were_taken(morning):
    slots = a_day_of(FREE)
    people = crowd_of(CROWD, "breathing")

    came = at_once(
        [books(key, ticket, slots[n % FREE]) for n, (key, [ticket]) in enumerate(people)]
    )

    assert outcomes(came) == {"booked": FREE, "TAKEN": CROWD - FREE}
    assert {one.slot for one in claims_with(state=State.BOOKED)} == {one.slot for one in slots}
    assert truth.broken() == {}


def test_a_clinician_with_two_clinics_at_once_sees_one_person_at_a_time(morning):
    here = a_day_of(12)
    there = a_day_of(12, opens=time(8, 2), service="hips")
    people = crowd_of(48, "breathing", "hips")

    came = at_once(
        [
            books(key, tickets[n % 2], (here, there)[n % 2][n // 4])
            for n, (key, tickets) in enumerate(people)
        ]
    )

    counted = outcomes(came)
    assert counted["booked"] + counted["TAKEN"] == 48
    assert 6 <= counted["booked"] <= 12
    assert truth.broken() == {}


def test_nobody_comes_between_the_two_times_of_a_longer_visit(morning):
    slots = a_day_of(9)
    people = crowd_of(48, "breathing")

    came = at_once(
        [
            books(key, ticket, slots[n % 9], longer=bool(n % 2))
            for n, (key, [ticket]) in enumerate(people)
        ]
    )

    counted = outcomes(came)
    standing = claims_with(state=State.BOOKED)
    minutes = sum((one.ends_at - one.starts_at for one in standing), timedelta())
    assert counted["booked"] == len(standing)
    assert set(counted) <= {"booked", "TAKEN", "GONE"}
    assert timedelta(minutes=30) < minutes <= timedelta(minutes=45)
    assert truth.broken() == {}


def test_a_patient_in_twenty_windows_gets_one_time(morning):
    slots = a_day_of(20)
    [(key, [ticket])] = crowd_of(1, "breathing")

    came = at_once([books(key, ticket, slot) for slot in slots])

    counted = outcomes(came)
    assert counted["booked"] == 1
    assert set(counted) <= {
        "booked", *(one.name for one in (Refusal.CHOSEN_ELSEWHERE, Refusal.USED, Refusal.BUSY)),
        Refusal.TAKEN.name,
    }  # fmt: skip
    assert truth.broken() == {}


def test_the_same_form_twenty_times_at_once_has_one_answer(morning):
    (slot,) = a_day_of(1)
    [(key, [ticket])] = crowd_of(1, "breathing")
    form = choice(ticket, slot, request="one form")

    came = at_once([lambda: actions.hold(records_of(key), key, form)] * 20)
    (hold,) = claims_with()
    done = at_once([lambda: actions.confirm(records_of(key), key, hold.key, DETAILS)] * 20)

    assert {one.key for one in came} == {one.key for one in done} == {hold.key}
    assert len(Repository(SYSTEM).history("Appointment", str(hold.key))) == 1
    assert truth.broken() == {}


def test_twenty_people_who_swap_times_at_once_each_have_exactly_one(morning):
    slots = a_day_of(20)
    people = crowd_of(20, "breathing")
    bookings = [
        booked(key, ticket, slot) for (key, [ticket]), slot in zip(people, slots, strict=True)
    ]

    def moves(n):
        booking = bookings[n]

        def act():
            records = records_of(booking.patient)
            wanted = choice(booking.ticket, slots[(n + 1) % 20], moving=booking.key)
            hold = actions.hold(records, booking.patient, wanted)
            return actions.move(records, booking.patient, hold.key)

        return act

    came = at_once([moves(n) for n in range(20)])

    assert set(outcomes(came)) <= {"booked", "TAKEN"}
    assert len(claims_with(state=State.BOOKED)) == 20
    assert truth.broken() == {}


def test_a_clinic_that_closes_while_people_book_leaves_nobody_between_two_states(morning):
    slots = a_day_of(10)
    clinic = slots[0].clinic
    people = crowd_of(10, "breathing")
    holds = [held(key, ticket, slot) for (key, [ticket]), slot in zip(people, slots, strict=True)]
    clinic.stage = "closed"

    came = at_once(
        [lambda: clinics.change(clinic, clock.now(), SYSTEM, keep=False)]
        + [
            lambda hold=hold: actions.confirm(
                records_of(hold.patient), hold.patient, hold.key, DETAILS
            )
            for hold in holds
        ]
    )

    told = {one.appointment for one in came[0].told}
    confirmed = {str(one.key) for one in came[1:] if isinstance(one, Claim)}
    refused = [one.refusal for one in came[1:] if isinstance(one, CannotBook)]
    assert told == confirmed
    assert refused == [Refusal.GONE] * (10 - len(confirmed))
    assert claims_with(state=State.BOOKED) == []
    assert truth.broken() == {}


def test_cancelling_and_booking_the_same_time_at_once_is_one_after_the_other(morning):
    (slot,) = a_day_of(1)
    people = crowd_of(20, "breathing")
    key, [ticket] = people[0]
    first = booked(key, ticket, slot)

    came = at_once(
        [lambda: actions.cancel(records_of(key), key, str(first.key), Why.OTHER)]
        + [books(other, theirs, slot) for other, [theirs] in people[1:]]
    )

    assert came[0].state == State.CANCELLED
    assert len(claims_with(state__in=LIVE)) <= 1
    assert truth.broken() == {}


def test_a_hospitals_diary_and_its_patients_speak_at_once_and_the_diary_has_the_last_word(morning):
    slots = a_day_of(24)
    people = crowd_of(12, "breathing")
    bookings = [
        booked(key, ticket, slot) for (key, [ticket]), slot in zip(people, slots, strict=False)
    ]
    moving = [
        held(one.patient, one.ticket, slots[12 + n], moving=one.key)
        for n, one in enumerate(bookings)
    ]

    came = at_once(
        [lambda one=one: put(one.key, status="cancelled") for one in bookings]
        + [
            lambda one=one: actions.move(records_of(one.patient), one.patient, one.key)
            for one in moving
        ]
    )

    said, moved = came[:12], came[12:]
    assert said == [None] * 12
    assert set(outcomes(moved)) <= {"booked", "NOT_BOOKED", "TAKEN"}
    assert {appointment(one)["status"] for one in bookings} == {"cancelled"}
    kept = {one.key for one in moved if isinstance(one, Claim)}
    assert {one.key for one in claims_with(state=State.BOOKED)} == kept
    assert truth.broken() == {}

"""A hospital system says when a visit ends: its claim lasts as long, or staff are shown it."""

from datetime import date, time, timedelta

import pytest

from fhir.access import SYSTEM
from portal import clock
from portal.appointments import clinics
from portal.appointments.refusing import CannotBook
from portal.appointments.rules import Refusal, State
from portal.clinics import actions as staff
from portal.clinics import sessions
from tests.portal.appointments.clinic import (
    booked,
    cancelled,
    claim,
    fhir_slot,
    held,
    moved,
    ordered,
    published,
    slots_of,
)
from tests.portal.appointments.diary import put, said
from tests.portal.appointments.test_clinics import changed
from tests.portal.pages import words

pytestmark = pytest.mark.usefixtures("nothing_broken")


@pytest.fixture
def visit(amina_yusuf, ticket, slots):
    """Give Amina's booking of the first time."""
    return booked(amina_yusuf, ticket, slots[0])


def from_till(visit, first, last):
    """Let the hospital's diary say that a visit lasts from one time to another."""
    put(visit.key, start=first.starts_at.isoformat(), end=last.ends_at.isoformat())


def ends(visit):
    now = claim(visit.key)
    return now.ends_at, bool(now.orphaned_at)


def statuses(*slots):
    return [fhir_slot(one)["status"] for one in slots]


@pytest.fixture
def clashing(visit, slots, ben_carter, his_ticket):
    """Give Ben's booking of the second time, into which the hospital has Amina's visit last."""
    his = booked(ben_carter, his_ticket, slots[1])
    from_till(visit, slots[0], slots[1])
    return his


def test_a_visit_that_is_to_end_later_takes_the_time_after_it(visit, slots, ben_carter, his_ticket):
    from_till(visit, slots[0], slots[1])

    assert ends(visit) == (slots[1].ends_at, False)
    assert statuses(*slots[:3]) == ["busy", "busy", "free"]
    with pytest.raises(CannotBook) as told:
        held(ben_carter, his_ticket, slots[1])
    assert told.value.refusal == Refusal.TAKEN


def test_a_few_minutes_more_take_the_time_after_it_too(visit, slots):
    put(visit.key, end=(slots[0].ends_at + timedelta(minutes=5)).isoformat())

    assert ends(visit) == (slots[1].ends_at, False)


def test_a_message_of_the_diary_is_followed_as_well(visit, slots):
    said(visit, "S14", slots[0].starts_at)
    assert ends(visit) == (slots[0].ends_at, False)

    from_till(visit, slots[0], slots[1])
    said(visit, "S14", slots[0].starts_at, at="20260312085000")

    assert ends(visit) == (slots[0].ends_at, False)
    assert statuses(*slots[:2]) == ["busy", "free"]


def test_a_longer_visit_that_is_to_end_sooner_frees_its_second_time(
    amina_yusuf, ticket, slots, ben_carter, his_ticket
):
    longer = booked(amina_yusuf, ticket, slots[0], longer=True)

    put(longer.key, end=slots[0].ends_at.isoformat())

    assert ends(longer) == (slots[0].ends_at, False)
    assert statuses(*slots[:2]) == ["busy", "free"]
    assert booked(ben_carter, his_ticket, slots[1]).state == State.BOOKED


def test_what_is_said_again_changes_nothing(visit, slots):
    from_till(visit, slots[0], slots[1])
    before = claim(visit.key)

    put(visit.key, description="Bring your inhalers")

    assert claim(visit.key).sequence == before.sequence
    assert ends(visit) == (slots[1].ends_at, False)


def test_a_held_second_time_gives_way(visit, slots, ben_carter, his_ticket):
    hold = held(ben_carter, his_ticket, slots[1])

    from_till(visit, slots[0], slots[1])

    assert claim(hold.key).state == State.EXPIRED
    assert ends(visit) == (slots[1].ends_at, False)


def test_a_visit_that_lasts_beyond_the_last_time_of_its_day_is_guarded_and_flagged(
    amina_yusuf, ticket, slots, ben_carter
):
    last = max((one for one in slots if one.local_date == slots[0].local_date), key=lambda s: s.idx)
    visit = booked(amina_yusuf, ticket, last)
    after = published(opens=time(12), closes=time(12, 20), service="hips")

    put(visit.key, end=(last.ends_at + timedelta(minutes=20)).isoformat())

    assert ends(visit) == (last.ends_at + timedelta(minutes=20), True)
    with pytest.raises(CannotBook):
        held(ben_carter, ordered(ben_carter, "hips"), slots_of(after)[0])


def test_a_clinic_that_opens_the_time_after_it_takes_it_back(amina_yusuf, ticket, clinic):
    last = [one for one in slots_of(clinic) if one.local_date == date(2026, 3, 24)][-1]
    visit = booked(amina_yusuf, ticket, last)
    put(visit.key, end=(last.ends_at + timedelta(minutes=20)).isoformat())

    assert changed(clinic, closes=time(12, 20)).bookings_adopted == 1

    assert ends(visit)[1] is False
    second = slots_of(clinic, starts_at=last.ends_at)[0]
    assert statuses(last, second) == ["busy", "busy"]


def test_of_three_times_two_are_guarded_and_staff_are_shown_the_visit(visit, slots):
    from_till(visit, slots[0], slots[2])

    assert ends(visit) == (slots[1].ends_at, True)


def test_where_somebody_else_is_booked_the_visit_is_kept_and_flagged(visit, clashing, slots):
    assert ends(visit) == (slots[0].ends_at, True)
    assert (claim(clashing.key).state, ends(clashing)) == (
        State.BOOKED, (slots[1].ends_at, False),
    )  # fmt: skip
    assert statuses(*slots[:2]) == ["busy", "busy"]


def test_whoever_is_flagged_and_has_a_place_leaves_one_free_place_less(visit, slots, clinic):
    def day():
        return sessions.sessions_of(clinic.key, clock.now())[0]

    before = day()
    from_till(visit, slots[0], slots[2])

    assert (day().orphans, before.orphans) == (1, 0)
    assert day().free == before.free - 1  # the second of the three times


def test_the_flag_stands_as_long_as_the_other_booking_does(visit, clashing, clinic, slots):
    clinics.look_ahead(clinic, clock.now())
    assert ends(visit) == (slots[0].ends_at, True)

    preview = changed(clinic, stage="closed")
    assert len(preview.told) == 1  # the other one alone: this was flagged before
    assert changed(clinic, stage="published").bookings_adopted == 1
    assert ends(visit) == (slots[0].ends_at, True)

    changed(clinic, capacity=2)
    assert ends(visit) == (slots[0].ends_at, True)


def cancelled_by_staff(booking, _slots):
    staff.cancel(SYSTEM, booking, staff.Why.CLINIC)


def moved_by_its_patient(booking, slots):
    moved(booking.patient, booking, slots[5])


def moved_by_the_diary(booking, slots):
    from_till(booking, slots[5], slots[5])


@pytest.mark.parametrize(
    "leaves",
    [
        lambda booking, _: cancelled(booking),
        cancelled_by_staff,
        moved_by_its_patient,
        moved_by_the_diary,
    ],
    ids=["cancelled", "cancelled-by-staff", "moved", "moved-by-the-diary"],
)
def test_once_the_other_has_left_the_second_time_is_guarded_again(visit, clashing, slots, leaves):
    leaves(clashing, slots)

    assert ends(visit) == (slots[1].ends_at, False)
    assert statuses(*slots[:2]) == ["busy", "busy"]


def test_a_clinic_that_cancels_the_other_guards_it_again(
    amina_yusuf, ticket, ben_carter, his_ticket, clinic
):
    last, second = [one for one in slots_of(clinic) if one.local_date == date(2026, 3, 24)][-2:]
    visit = booked(amina_yusuf, ticket, last)
    booked(ben_carter, his_ticket, second)
    from_till(visit, last, second)

    changed(clinic, keep=False, closes=time(11, 40))

    assert ends(visit) == (second.ends_at, True)
    assert statuses(last, second) == ["busy", "busy-unavailable"]


def test_a_visit_that_is_called_off_leaves_the_other_alone(visit, clashing, slots):
    put(visit.key, status="cancelled")

    assert claim(visit.key).state == State.CANCELLED
    assert ends(clashing) == (slots[1].ends_at, False)
    assert statuses(*slots[:2]) == ["free", "busy"]


def test_a_visit_moved_into_the_second_time_of_a_longer_one_is_kept_and_flagged(
    visit, slots, ben_carter, his_ticket
):
    his = booked(ben_carter, his_ticket, slots[4], longer=True)

    from_till(visit, slots[5], slots[5])

    now = claim(visit.key)
    assert (now.state, now.slot, now.ends_at) == (State.BOOKED, slots[5].slot, now.starts_at)
    assert now.orphaned_at
    assert ends(his) == (slots[5].ends_at, False)

    cancelled(his)

    assert ends(visit) == (slots[5].ends_at, False)
    assert statuses(*slots[4:6]) == ["free", "busy"]


def test_a_visit_moved_to_where_its_clinician_is_elsewhere_is_kept_and_flagged(
    visit, slots, ben_carter
):
    elsewhere = published(opens=time(10, 30), closes=time(10, 50), service="hips")
    his = booked(ben_carter, ordered(ben_carter, "hips"), slots_of(elsewhere)[0])

    from_till(visit, slots[4], slots[4])
    assert ends(visit) == (slots[4].starts_at, True)

    cancelled(his)
    assert ends(visit) == (slots[4].ends_at, False)
    assert statuses(slots[4], slots_of(elsewhere)[0]) == ["busy", "free"]


def test_a_visit_moved_to_where_its_patient_is_elsewhere_is_kept_and_flagged(
    amina_yusuf, visit, slots
):
    lund = published(clinician="lund", service="hips")
    booked(amina_yusuf, ordered(amina_yusuf, "hips"), slots_of(lund)[4])

    from_till(visit, slots[4], slots[4])

    assert ends(visit) == (slots[4].starts_at, True)


def test_staff_are_shown_what_does_not_fit_and_whom_to_ring(visit, clashing, clinic):
    (orphan,) = sessions.orphans_of(clinic, clock.now(), SYSTEM)

    assert (orphan.claim.key, orphan.known.person.name) == (visit.key, "Amina Yusuf")
    assert sum(one.orphans for one in sessions.sessions_of(clinic.key, clock.now())) == 1


def test_its_patient_reads_how_long_the_hospital_has_it_last(visit, clashing, her_browser):
    page = words(her_browser.get(f"/appointments/{visit.key}/change/"))

    assert "40 minutes" in page

"""A longer visit: two times in a row, found and held as one, so that nobody else has the second."""

import re
from datetime import date, time, timedelta
from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fhir.access import SYSTEM
from portal import clock
from portal.appointments import actions, clinics
from portal.appointments.refusing import CannotBook
from portal.appointments.rules import Refusal, State
from portal.appointments.searching import Wanted, search
from portal.appointments.tickets import tickets
from portal.offers.models import Vacancy
from tests.portal.appointments.clinic import (
    DETAILS,
    appointment,
    booked,
    cancelled,
    claim,
    fhir_slot,
    held,
    moved,
    ordered,
    published,
    records_of,
    slots_of,
)
from tests.portal.appointments.diary import put
from tests.portal.appointments.test_clinics import changed, edited, preview
from tests.portal.appointments.test_pages import form_of
from tests.portal.needs.saying import Speaker
from tests.portal.offers.pieces import (
    NUMBERS,
    cancels,
    offered_to,
    relayed,
    somebody,
    wishes_for_sooner,
)
from tests.portal.pages import words

pytestmark = pytest.mark.usefixtures("nothing_broken")


@pytest.fixture
def longer(amina_yusuf, ticket, slots):
    """Give Amina's booking of the first two times."""
    return booked(amina_yusuf, ticket, slots[0], longer=True)


@pytest.fixture
def found(amina_yusuf, ticket):
    """Search for longer visits with Amina's ticket."""

    def searched(**more):
        (only,) = tickets(records_of(amina_yusuf), amina_yusuf)
        return search(records_of(amina_yusuf), only, Wanted(longer=True, **more), count=100)

    return searched


def spans(page):
    return [(one.starts_at, one.ends_at) for one in page.times]


def vacancies():
    return set(Vacancy.objects.values_list("slot", flat=True))


def statuses(*slots):
    return [fhir_slot(one)["status"] for one in slots]


def refusal_of(act, *args, **more):
    with pytest.raises(CannotBook) as refused:
        act(*args, **more)
    return refused.value


def test_each_time_found_goes_on_through_the_one_after_it_on_the_same_day(found, slots):
    by_day = [(one, after) for one, after in pairwise(slots)
              if one.local_date == after.local_date]  # fmt: skip

    page = found()

    assert spans(page) == [(one.starts_at, after.ends_at) for one, after in by_day]
    assert page.count == len(by_day) < len(slots)


def test_a_time_is_found_only_while_nobody_has_it_or_the_one_after(
    found, slots, ben_carter, his_ticket
):
    held(ben_carter, his_ticket, slots[2])

    starts = [one for one, _ in spans(found())]

    assert starts[:2] == [slots[0].starts_at, slots[3].starts_at]


def test_a_time_is_found_only_while_its_clinician_is_nowhere_else_till_its_end(
    found, slots, ben_carter
):
    elsewhere = published(opens=time(9, 50), closes=time(10, 10), service="hips")
    booked(ben_carter, ordered(ben_carter, "hips"), slots_of(elsewhere)[0])

    starts = [one for one, _ in spans(found())]

    assert starts[:2] == [slots[0].starts_at, slots[4].starts_at]


def test_the_search_asks_no_more_often_and_the_plain_one_as_ever(amina_yusuf, ticket):
    (only,) = tickets(records_of(amina_yusuf), amina_yusuf)
    asked = []
    for longer in (False, True):
        with CaptureQueriesContext(connection) as queries:
            search(records_of(amina_yusuf), only, Wanted(longer=longer))
        asked.append([one["sql"] for one in queries])

    plain, double = asked
    assert len(plain) == len(double)
    assert not any(" n ON " in one for one in plain)


def test_it_is_one_booking_of_two_slots_and_both_are_busy(longer, slots):
    said = appointment(longer)

    assert (longer.slot, longer.ends_at) == (slots[0].slot, slots[1].ends_at)
    assert said["minutesDuration"] == 40
    assert said["end"] == slots[1].ends_at.isoformat()
    assert said["slot"] == [{"reference": f"Slot/{one.slot}"} for one in slots[:2]]
    assert statuses(*slots[:3]) == ["busy", "busy", "free"]


@pytest.mark.parametrize("act", [held, booked])
def test_nobody_else_gets_either_time(act, amina_yusuf, ben_carter, his_ticket, slots):
    act(amina_yusuf, ordered(amina_yusuf), slots[1], longer=True)

    for slot in slots[1:3]:
        assert refusal_of(held, ben_carter, his_ticket, slot).refusal == Refusal.TAKEN
    for slot in slots[:3]:
        why = refusal_of(held, ben_carter, his_ticket, slot, longer=True)
        assert why.refusal == Refusal.TAKEN
        assert all(one.ends_at - one.starts_at == timedelta(minutes=40) for one in why.alternatives)
        assert why.alternatives[0].starts_at == slots[3].starts_at
    assert held(ben_carter, his_ticket, slots[0]).ends_at == slots[0].ends_at


def test_a_second_time_that_is_taken_leaves_only_the_first_alone(
    amina_yusuf, ticket, ben_carter, his_ticket, slots
):
    held(ben_carter, his_ticket, slots[1])

    assert refusal_of(held, amina_yusuf, ticket, slots[0], longer=True).refusal == Refusal.TAKEN
    assert held(amina_yusuf, ticket, slots[0]).ends_at == slots[0].ends_at


def test_the_last_time_of_a_day_cannot_begin_one(amina_yusuf, ticket, slots):
    last = max((one for one in slots if one.local_date == slots[0].local_date), key=lambda s: s.idx)

    assert refusal_of(held, amina_yusuf, ticket, last, longer=True).refusal == Refusal.GONE


def test_it_takes_the_place_of_what_they_hold_and_another_takes_its_place(
    amina_yusuf, ticket, slots
):
    single = held(amina_yusuf, ticket, slots[1])
    double = held(amina_yusuf, ticket, slots[0], longer=True)
    again = held(amina_yusuf, ticket, slots[1])

    states = [claim(one.key).state for one in (single, double, again)]
    assert states == [State.RELEASED, State.RELEASED, State.HELD]


def test_where_several_are_seen_at_once_nobody_is_seen_in_its_second_half(
    amina_yusuf, ben_carter, thursday
):
    first, second, *_ = slots_of(published(capacity=2))
    booked(amina_yusuf, ordered(amina_yusuf), first, longer=True)
    his = ordered(ben_carter)

    assert statuses(first, second) == ["free", "busy"]
    assert refusal_of(held, ben_carter, his, second).refusal == Refusal.TAKEN
    assert booked(ben_carter, his, first).unit == 1


def test_cancelled_both_times_are_free_again(longer, slots, found):
    cancelled(longer)

    assert statuses(*slots[:2]) == ["free", "free"]
    assert spans(found())[0] == (slots[0].starts_at, slots[1].ends_at)


def test_an_expired_hold_leaves_both_times(amina_yusuf, ticket, ben_carter, his_ticket, slots):
    hold = held(amina_yusuf, ticket, slots[0], longer=True)
    clock.move(timedelta(minutes=6))

    assert booked(ben_carter, his_ticket, slots[1]).state == State.BOOKED
    assert claim(hold.key).state == State.EXPIRED


def test_moved_it_is_as_long_as_it_is_asked_for_and_the_old_times_are_free(
    amina_yusuf, longer, slots
):
    double = moved(amina_yusuf, longer, slots[4], longer=True)
    assert statuses(*slots[:2], *slots[4:6]) == ["free", "free", "busy", "busy"]
    assert appointment(double)["minutesDuration"] == 40

    single = moved(amina_yusuf, double, slots[0])
    assert statuses(*slots[:2], *slots[4:6]) == ["busy", "free", "free", "free"]
    assert appointment(single)["slot"] == [{"reference": f"Slot/{slots[0].slot}"}]


def test_a_clinic_that_loses_its_second_time_says_so_and_keeps_it_flagged(
    amina_yusuf, ticket, clinic
):
    last, second = [one for one in slots_of(clinic) if one.local_date == date(2026, 3, 24)][-2:]
    booking = booked(amina_yusuf, ticket, last, longer=True)
    shorter = {"closes": time(11, 40)}

    before = preview(clinic, **shorter)
    assert [one.appointment for one in before.told] == [str(booking.key)]
    assert before.free_withdrawn == before.times_withdrawn - 1
    assert changed(clinic, **shorter) == before
    assert claim(booking.key).orphaned_at
    assert statuses(last, second) == ["busy", "busy-unavailable"]

    assert changed(clinic, closes=time(12)).bookings_adopted == 1
    assert claim(booking.key).orphaned_at is None
    assert statuses(last, second) == ["busy", "busy"]


def test_a_clinic_that_cancels_whom_it_hits_frees_the_first_time(amina_yusuf, ticket, clinic):
    last = [one for one in slots_of(clinic) if one.local_date == date(2026, 3, 24)][-2]
    booking = booked(amina_yusuf, ticket, last, longer=True)

    changed(clinic, keep=False, closes=time(11, 40))

    assert appointment(booking)["status"] == "cancelled"
    assert statuses(last) == ["free"]


def test_a_hold_whose_second_time_has_gone_cannot_be_confirmed(amina_yusuf, ticket, clinic):
    last = [one for one in slots_of(clinic) if one.local_date == date(2026, 3, 24)][-2]
    hold = held(amina_yusuf, ticket, last, longer=True)
    clinics.change(edited(clinic, closes=time(11, 40)), clock.now(), SYSTEM)

    why = refusal_of(actions.confirm, records_of(amina_yusuf), amina_yusuf, hold.key, DETAILS)

    assert why.refusal == Refusal.GONE
    assert why.alternatives[0].ends_at - why.alternatives[0].starts_at == timedelta(minutes=40)


def test_a_hospital_that_moves_it_takes_both_times_along_where_both_are_free(
    longer, slots, ben_carter, his_ticket
):
    said = {"start": slots[4].starts_at.isoformat(), "end": slots[5].ends_at.isoformat()}
    put(longer.key, **said)

    assert (claim(longer.key).starts_at, claim(longer.key).ends_at) == (
        slots[4].starts_at, slots[5].ends_at,
    )  # fmt: skip
    assert statuses(*slots[:2], *slots[4:6]) == ["free", "free", "busy", "busy"]

    booked(ben_carter, his_ticket, slots[1])
    put(longer.key, start=slots[0].starts_at.isoformat(), end=slots[1].ends_at.isoformat())

    assert claim(longer.key).ends_at == slots[0].ends_at
    assert claim(longer.key).orphaned_at
    assert statuses(*slots[:2], *slots[4:6]) == ["busy", "busy", "free", "free"]


def test_both_times_that_it_leaves_are_offered_but_none_to_whose_visit_is_longer(
    longer, slots, ben_carter, his_ticket
):
    cara, hers = somebody("Cara", NUMBERS[0])
    wishes_for_sooner(booked(cara, hers, slots[-1]))
    wishes_for_sooner(booked(ben_carter, his_ticket, slots[-3], longer=True))

    cancels(longer)
    relayed()

    assert set(offered_to()) == {cara}
    assert vacancies() == {slots[0].slot, slots[1].slot}


def test_the_second_time_is_offered_once_the_hospital_has_the_visit_end_sooner(longer, slots):
    cara, hers = somebody("Cara", NUMBERS[0])
    wishes_for_sooner(booked(cara, hers, slots[-1]))

    put(longer.key, end=slots[0].ends_at.isoformat())
    relayed()

    assert set(offered_to(slot=slots[1].slot)) == {cara}
    assert vacancies() == {slots[1].slot}


@pytest.fixture
def needing(her_login, her_browser, amina_yusuf, ticket):
    """Give the browser of Amina, who has told us that she needs a longer visit."""
    answer = Speaker(her_login, amina_yusuf, her_browser).states(visits=["longer"])
    assert answer.status_code == 302, words(answer)
    return her_browser


def test_the_page_looks_for_what_its_reader_needs_and_holds_what_it_shows(needing, ticket, slots):
    address = f"/appointments/book/{ticket}/"
    page = needing.get(address)

    said = words(page)
    assert "Showing: any time, for a longer visit." in said
    assert "40 minutes" in said
    assert "9am to 9:40am" in said
    assert re.search(r'name="longer"[^>]* value="yes" checked', page.content.decode())
    form = {"form": form_of(page), "time": f"{slots[0].slot}|video", "longer": "yes"}
    check = needing.post(address, form, follow=True)
    assert "9am UK time, for 40 minutes" in words(check)


def test_a_longer_visit_is_not_looked_for_where_it_is_unticked(needing, ticket, slots):
    address = f"/appointments/book/{ticket}/"
    page = needing.get(f"{address}?longer=")

    assert "These times are of the usual length. Show longer visits" in words(page)
    form = {"form": form_of(page), "time": f"{slots[0].slot}|video"}
    assert "for 20 minutes" in words(needing.post(address, form, follow=True))


def test_a_longer_time_that_is_lost_leads_to_the_nearest_longer_ones(
    needing, ticket, slots, ben_carter, his_ticket
):
    address = f"/appointments/book/{ticket}/"
    form = {"form": form_of(needing.get(address)), "longer": "yes"}
    booked(ben_carter, his_ticket, slots[1])

    lost = needing.post(address, form | {"time": f"{slots[0].slot}|video"})

    assert "Someone else has just taken 9am" in words(lost)
    assert 'name="longer" value="yes"' in lost.content.decode()
    assert f"{slots[2].slot}|video" in lost.content.decode()


def test_nobody_takes_two_times_who_has_not_said_that_they_need_them(her_browser, ticket, slots):
    address = f"/appointments/book/{ticket}/"
    page = her_browser.get(f"{address}?longer=yes")

    assert "longer visit" not in words(page)
    form = {"form": form_of(page), "time": f"{slots[0].slot}|video", "longer": "yes"}
    assert "for 20 minutes" in words(her_browser.post(address, form, follow=True))


def test_where_no_two_times_are_left_the_page_says_what_there_is_instead(needing, ticket):
    page = words(needing.get(f"/appointments/book/{ticket}/?hours=pm"))

    assert "There are no two times in a row. You can see times of the usual length" in page

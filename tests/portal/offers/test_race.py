"""Everybody to whom a time is offered says yes at the same moment: one has it, nobody loses."""

from collections import Counter
from datetime import UTC, date, datetime, time

import pytest

from portal import clock
from portal.appointments.refusing import CannotBook
from portal.appointments.rules import State
from portal.offers import actions
from portal.offers.actions import OfferEnded
from tests.portal.appointments import truth
from tests.portal.appointments.clinic import booked, claim, published, records_of, slots_of
from tests.portal.appointments.crowd import at_once
from tests.portal.offers.pieces import NUMBERS, cancels, crowd, offers, relayed, somebody


@pytest.fixture
def day(own_database, moved_clock):
    """Begin with real commits, on the day of the examples; return the times of one clinic."""
    moved_clock.move_to(datetime(2026, 3, 12, 9, tzinfo=UTC))
    last = date(2026, 3, 31)
    return slots_of(published(first_day=date(2026, 3, 24), last_day=last, opens=time(9)))


def says_yes(offer):
    return lambda: actions.accept(records_of(offer.patient), offer.patient, offer.key, clock.now())


def outcome(one):
    return one.state if hasattr(one, "state") else type(one).__name__


def test_of_five_who_say_yes_twice_at_once_one_is_moved_and_four_keep_what_they_have(day):
    crowd(day, 5)
    key, ticket = somebody("Leaver", NUMBERS[10])
    cancels(booked(key, ticket, day[0]))
    relayed()
    made = offers()
    assert len(made) == 5

    came = at_once([says_yes(offer) for offer in made for _ in range(2)])

    counted = Counter(map(outcome, came))
    assert set(counted) <= {"booked", CannotBook.__name__, OfferEnded.__name__}
    winners = {one.patient for one in came if hasattr(one, "state")}
    assert len(winners) == 1
    assert Counter(one.state for one in offers(slot=day[0].slot)) == {"accepted": 1, "gone": 4}
    kept = [claim(one.booking).state for one in made if one.patient not in winners]
    assert kept == [State.BOOKED] * 4
    assert truth.broken() == {}


def test_four_that_look_at_the_same_free_time_make_one_round_of_offers(day):
    crowd(day, 6)
    key, ticket = somebody("Leaver", NUMBERS[10])
    leaving = booked(key, ticket, day[0])
    cancels(leaving)

    def looks():
        actions.freed_by({str(leaving.key): 2}, clock.now())
        actions.go_on_with_all(clock.now())

    came = at_once([looks] * 4)

    assert [one for one in came if isinstance(one, Exception)] == []
    assert len(offers()) == 5
    assert {one.place for one in offers()} == {1, 2, 3, 4, 5}

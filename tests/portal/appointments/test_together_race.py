"""Families want the same times at once: no time is given twice, and no family is half booked."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest
from django.db import DatabaseError

from portal import clock
from portal.appointments import actions as alone
from portal.appointments.rules import State
from portal.appointments.together.actions import CannotBookTogether
from portal.appointments.together.people import NoLonger
from portal.carers import actions as carers
from portal.carers.models import Sharing
from tests.portal.appointments import family, truth
from tests.portal.appointments.clinic import (
    DETAILS,
    appointments_of,
    choice,
    claims_with,
    published,
    records_of,
    slots_of,
)
from tests.portal.appointments.crowd import at_once
from tests.portal.appointments.test_faults import killed_while_it_waits

DAY = date(2026, 3, 24)


@pytest.fixture
def morning(own_database, moved_clock):
    moved_clock.move_to(datetime(2026, 3, 12, 9, tzinfo=UTC))


def a_day_of(count, **more):
    closes = (datetime.combine(DAY, family.NINE) + timedelta(minutes=20 * count)).time()
    return slots_of(published(closes=closes, first_day=DAY, last_day=DAY, **more))


def books(found, slots):
    """Return an act that holds for a family and confirms."""
    booker, company = found.booker, found.company

    def act():
        return family.booked(booker, family.held(booker, company, slots))

    return act


def outcomes(results):
    """Count whole families and refusals; anything else is a fault."""
    return Counter(
        "booked" if isinstance(one, list)
        else one.refusal.name if isinstance(one, CannotBookTogether) else repr(one)
        for one in results
    )  # fmt: skip


def whole(families):
    """Whether of each family all are booked, or nobody."""
    booked = {one.patient for one in claims_with(state=State.BOOKED)}
    return all(len(booked & set(one.tickets)) in {0, len(one.tickets)} for one in families)


def a_family_of_three(name):
    return family.a_family(f"Ann {name}", f"Bob {name}", mother=f"Mary {name}")


def test_of_two_families_of_three_for_four_times_one_is_booked_and_the_other_told(morning):
    slots = a_day_of(4)
    families = [a_family_of_three(name) for name in ("Osei", "Reed")]

    came = at_once([books(families[0], slots[:3]), books(families[1], slots[1:])])

    assert outcomes(came) == {"booked": 1, "TAKEN": 1}
    assert len(claims_with(state__in=[State.HELD, State.BOOKED])) == 3
    assert whole(families)
    assert truth.broken() == {}


def test_twenty_families_at_once_are_each_booked_whole_or_not_at_all(morning):
    slots = a_day_of(9, capacity=2)
    families = [a_family_of_three(f"F{chr(65 + n)}") for n in range(20)]
    # Beginning at each of seven times, some in a row and some two at once.
    runs = [[slots[n % 7], slots[n % 7 + n % 2], slots[n % 7 + 1 + n % 2]] for n in range(20)]

    came = at_once([books(one, run) for one, run in zip(families, runs, strict=True)])

    counted = outcomes(came)
    assert set(counted) == {"booked", "TAKEN"}
    assert 3 <= counted["booked"] <= 6
    assert whole(families)
    assert len(claims_with(state=State.BOOKED)) == 3 * counted["booked"]
    assert claims_with(state=State.HELD) == []
    assert truth.broken() == {}


def test_two_parents_who_book_for_the_same_children_at_once_book_them_once(morning):
    slots = a_day_of(12)
    mother = a_family_of_three("Osei")
    father = family.a_login("Paul Osei")
    family.linked(father, family.a_record("Paul Osei"))
    for child in mother.children:
        family.shared(father, child, f"Zed of {child}")
    booker = family.booker_of(father)
    (his,) = family.companies.companies_of(booker)
    hers = mother.company.only([mother.tickets[key] for key in mother.children])

    def her_act():
        return family.booked(mother.booker, family.held(mother.booker, hers, slots[:2]))

    def his_act():
        turned = family.turned(his)
        return family.booked(booker, family.held(booker, turned, slots[6:8]))

    came = at_once([her_act, his_act] * 4)

    assert set(outcomes(came)) <= {
        "booked", "CHOSEN_ELSEWHERE", "USED", "TAKEN", "EXPIRED", "BUSY",
    }  # fmt: skip
    assert {Counter(one.patient for one in claims_with(state=State.BOOKED))[key]
            for key in mother.children} == {1}  # fmt: skip
    assert truth.broken() == {}


def test_families_and_people_alone_book_the_same_times_at_once(morning):
    slots = a_day_of(6)
    families = [a_family_of_three(name) for name in ("Osei", "Reed", "Khan")]
    single = [family.a_family(mother=f"Una S{chr(97 + n)}") for n in range(6)]

    def books_alone(one, slot):
        ((key, ticket),) = one.tickets.items()

        def act():
            hold = alone.hold(records_of(key), key, choice(ticket, slot))
            return [alone.confirm(records_of(key), key, hold.key, DETAILS)]

        return act

    came = at_once(
        [books(one, slots[n : n + 3]) for n, one in enumerate(families)]
        + [books_alone(one, slot) for one, slot in zip(single, slots, strict=True)]
    )

    assert {getattr(one, "refusal", "booked" if isinstance(one, list) else one) for one in came}
    assert not [one for one in came if isinstance(one, DatabaseError)]
    assert whole(families)
    assert truth.broken() == {}


def test_a_sharing_that_ends_at_the_same_moment_ends_before_the_booking_or_after_it(morning):
    slots = a_day_of(3)
    found = a_family_of_three("Osei")
    booker = found.booker
    holds = family.held(booker, found.company, slots)
    sharing = Sharing.objects.get(patient=found.children[0])

    came = at_once(
        [
            lambda: family.booked(booker, holds),
            lambda: carers.step_back(user=found.mother, sharing=sharing.pk, now=clock.now()),
        ]
    )

    count = 3 if isinstance(came[0], list) else 0
    assert isinstance(came[0], (list, NoLonger))
    assert came[1].state == "ended"
    assert len(claims_with(state__in=[State.HELD, State.BOOKED])) == count
    assert truth.broken() == {}


def test_a_batch_whose_connection_dies_books_nobody_and_can_be_said_again(morning, as_superuser):
    slots = a_day_of(3)
    found = a_family_of_three("Osei")
    booker, company = found.booker, found.company
    holds = family.held(booker, company, slots)
    # Whoever comes last has an Appointment in the making of each before them.
    last = max(holds, key=lambda one: one.patient)
    slot = next(one for one in slots if one.slot == last.slot)

    with psycopg.connect(as_superuser.info.dsn) as blocking:
        failed = killed_while_it_waits(
            lambda: family.booked(booker, holds), slot, as_superuser, blocking
        )

    assert len(failed) == 1
    assert {one.state for one in claims_with()} == {State.HELD}
    assert not any(appointments_of(key) for key in company.patients)
    assert truth.broken() == {}
    assert {one.state for one in family.booked(booker, holds)} == {State.BOOKED}
    assert truth.broken() == {}

"""Histories of booking, in any order: hold, confirm, move, cancel, wait, and what others change.

One of the patients books for the others too, for some of them in one act. Others are clinics, and
the hospital's own diary, which stands over what was booked here.

After each step the truths hold, and no booking has been lost or made but by its own act.
`HISTORIES` asks for more of them, in parts.
"""

import copy
import os
from contextlib import suppress
from datetime import date, time, timedelta

import hypothesis.strategies as st
import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from fhir.access import SYSTEM
from fhir.store import NotFound
from portal import clock
from portal.appointments import actions, claims, clinics
from portal.appointments.actions import Why
from portal.appointments.models import Clinic
from portal.appointments.refusing import CannotBook
from portal.appointments.rules import LIVE, State
from portal.appointments.searching import Wanted, search
from portal.appointments.tickets import tickets
from portal.appointments.together import actions as booking_together
from portal.appointments.together import batches as together
from portal.appointments.together import companies
from portal.appointments.together.actions import CannotBookTogether
from portal.beforehand import actions as beforehand
from portal.beforehand.actions import CannotNow
from tests.portal.appointments import family, truth
from tests.portal.appointments.clinic import (
    DETAILS,
    choice,
    claim,
    claims_with,
    ordered,
    published,
    records_of,
    slots_of,
)
from tests.portal.appointments.diary import put
from tests.signing_in import a_login, linked

HISTORIES = int(os.environ.get("HISTORIES", "40"))
# As many as one test may take its time for.
PART = 50
STEPS = 15
DAY = {"first_day": date(2026, 3, 24), "last_day": date(2026, 3, 24), "closes": time(9, 40)}
EDITS = st.sampled_from(
    [
        {"opens": time(9, 20)},
        {"opens": time(9)},
        {"capacity": 1},
        {"capacity": 2},
        {"modes": ["video"]},
        {"modes": ["video", "phone"]},
        {"stage": Clinic.Stage.CLOSED},
        {"stage": Clinic.Stage.PUBLISHED},
    ]
)


# What the hospital's own diary says of a visit: at which of its clinic's times it is, or none, and
# how many of them it lasts.
DIARY = st.sampled_from(
    [
        {"status": "cancelled"},
        {"status": "noshow"},
        {"status": "booked", "nth": 0},
        {"status": "booked", "nth": 0, "lasts": 2},
        {"status": "booked", "nth": 1},
        {"status": "booked", "nth": 1, "lasts": 2},
        {"status": "booked", "nth": None},
    ]
)


class World:
    """Three patients with a ticket for each of two clinics, which one clinician holds at once.

    And a fourth, who books nothing but to see whether it can be booked.
    """

    def __init__(self, *people, fourth):
        alone = published(**DAY)
        group = published(**DAY | {"service": "group", "capacity": 2, "modes": ["video", "phone"]})
        self.clinics = [alone, group]
        self.slots = [slots_of(alone), slots_of(group)]
        self.tickets = {
            key: [ordered(key, clinic.service) for clinic in self.clinics] for key in people
        }
        self.fourth = fourth
        self.asked = [ordered(fourth, clinic.service) for clinic in self.clinics]
        first, *others = people
        user = a_login("Amina Yusuf")
        linked(user, first)
        for one in others:
            family.shared(user, one, f"A child of {user.name}")
        self.booker = family.booker_of(user)


class Histories(RuleBasedStateMachine):
    """One history, undone at its end."""

    world: World
    told = 0

    holds = Bundle("holds")
    batches = Bundle("batches")
    bookings = Bundle("bookings")

    def __init__(self):
        super().__init__()
        self.undone = transaction.atomic()
        self.undone.__enter__()
        clock.forget()
        self.expected = set()
        type(self).told += 1

    def teardown(self):
        transaction.set_rollback(True)
        self.undone.__exit__(None, None, None)
        clock.forget()

    @rule(
        target=holds,
        who=st.integers(0, 2),
        which=st.integers(0, 1),
        nth=st.integers(0, 1),
        mode=st.sampled_from(["video", "phone"]),
        longer=st.booleans(),
    )
    def hold(self, who, which, nth, mode, longer):
        key, slot = list(self.world.tickets)[who], self.world.slots[which][nth]
        wanted = choice(self.world.tickets[key][which], slot, mode, longer=longer)
        return self.tried(lambda: actions.hold(records_of(key), key, wanted))

    @rule(target=holds, booking=bookings, nth=st.integers(0, 1), longer=st.booleans())
    def hold_another(self, booking, nth, longer):
        which = [one.service for one in self.world.clinics].index(booking.service)
        slot = self.world.slots[which][nth]
        wanted = choice(booking.ticket, slot, booking.mode, moving=booking.key, longer=longer)
        return self.tried(
            lambda: actions.hold(records_of(booking.patient), booking.patient, wanted)
        )

    @rule(
        target=batches,
        which=st.integers(0, 1),
        turns=st.sampled_from([[0, 1], [0, 0], [1, 1], [0, 0, 1], [0, 1, 1]]),
        mode=st.sampled_from(["video", "phone"]),
    )
    def hold_together(self, which, turns, mode):
        """All of them are held, or what was held before still is."""
        service = self.world.clinics[which].service
        found = [
            one
            for one in companies.companies_of(self.world.booker)
            if one.common.service == service and len(one.members) >= len(turns)
        ]
        before = self.live()
        if not found:
            return multiple()
        company = found[0].only(found[0].tickets[: len(turns)])
        slots = [self.world.slots[which][nth] for nth in turns]
        try:
            return family.batch_of(family.held(self.world.booker, company, slots, mode))
        except CannotBookTogether:
            assert self.live() == before
            return multiple()

    @rule(batch=batches)
    def confirm_together(self, batch):
        """All of them are booked, or none more is, and none is held any more.

        Said again it is answered with the same bookings, of which some may have ended since.
        """
        with claims.opened():
            found = together.claims_of(batch, self.world.booker)
        details = {one.patient: DETAILS for one in found}
        try:
            done = booking_together.confirm(self.world.booker, batch, details)
        except CannotBookTogether:
            assert State.HELD not in {claim(one.key).state for one in found}
            return
        self.expected |= {one.key for one in done if one.state == State.BOOKED}

    @rule(target=bookings, batch=batches)
    def confirm_one_of_them_alone(self, batch):
        with claims.opened():
            one = together.claims_of(batch, self.world.booker)[0]
        found = self.tried(
            lambda: actions.confirm(records_of(one.patient), one.patient, one.key, DETAILS)
        )
        self.expected |= {booking.key for booking in found}
        return found

    @rule(hold=holds)
    def keep_for_longer(self, hold):
        self.tried(lambda: actions.extend(records_of(hold.patient), hold.patient, hold.key))

    @rule(target=bookings, hold=consumes(holds))
    def confirm(self, hold):
        found = self.tried(
            lambda: actions.confirm(records_of(hold.patient), hold.patient, hold.key, DETAILS)
        )
        for booking in found:
            self.expected.add(booking.key)
            self.expected.discard(hold.replaces)
        return found

    @rule(hold=holds)
    def somebody_else_confirms(self, hold):
        other = next(key for key in self.world.tickets if key != hold.patient)
        with pytest.raises(NotFound):
            actions.confirm(records_of(other), other, hold.key, DETAILS)

    @rule(booking=consumes(bookings))
    def cancel(self, booking):
        found = self.tried(
            lambda: actions.cancel(
                records_of(booking.patient), booking.patient, str(booking.key), Why.OTHER
            )
        )
        self.expected -= {one.key for one in found}

    @rule(booking=bookings, act=st.sampled_from([beforehand.arrive, beforehand.take_back]))
    def says_that_they_have_come_or_not(self, booking, act):
        records = records_of(booking.patient)
        at = claim(booking.key).starts_at
        with suppress(CannotNow):
            act(beforehand.coming(records, booking.patient, booking.key, at), records)

    @rule(minutes=st.sampled_from([1, 4, 5, 60 * 24, 60 * 24 * 8]))
    def wait(self, minutes):
        clock.move(timedelta(minutes=minutes))

    @rule()
    def sweep(self):
        with claims.opened():
            claims.expire()

    @rule(booking=bookings, diary=DIARY)
    def the_diary_says(self, booking, diary):
        """What it says is so; the claim is the visit's, or none is, and no other has changed.

        It lasts as long as is said, or is flagged.
        """
        which = [one.service for one in self.world.clinics].index(booking.service)
        nth = diary.get("nth", 0)
        slot = self.world.slots[which][nth or 0]
        away = timedelta(hours=7 if nth is None else 0)
        lasts = diary.get("lasts", 1) * (slot.ends_at - slot.starts_at)
        times = {"start": slot.starts_at + away, "end": slot.starts_at + lasts + away}
        put(
            booking.key,
            status=diary["status"],
            **{name: at.isoformat() for name, at in times.items()},
        )
        now = claim(booking.key)
        self.expected.discard(booking.key)
        if now.state == State.BOOKED:
            assert (diary["status"], now.starts_at) == ("booked", times["start"])
            assert now.orphaned_at or now.ends_at == times["end"]
            self.expected.add(booking.key)

    @rule(which=st.integers(0, 1), nth=st.integers(0, 1), longer=st.booleans())
    def what_is_listed_can_be_booked_and_nothing_else(self, which, nth, longer):
        key, ticket = self.world.fourth, self.world.asked[which]
        slot = self.world.slots[which][nth]
        records = records_of(key)
        with transaction.atomic():
            (found,) = [one for one in tickets(records, key) if one.id == ticket] or [None]
            listed = search(records, found, Wanted(longer=longer)).times if found else []
            try:
                wanted = choice(ticket, slot, slot.modes[0], longer=longer)
                hold = actions.hold(records, key, wanted)
                done = actions.confirm(records, key, hold.key, DETAILS).state == State.BOOKED
            except CannotBook:
                done = False
            transaction.set_rollback(True)
        assert done is (slot.slot in {one.slot for one in listed})

    @rule(which=st.integers(0, 1), edit=EDITS, keep=st.booleans())
    def change_a_clinic(self, which, edit, keep):
        changed = copy.copy(Clinic.objects.get(key=self.world.clinics[which].key))
        for name, value in edit.items():
            setattr(changed, name, value)
        before = clinics.preview_change(changed, clock.now(), SYSTEM)
        told = clinics.change(changed, clock.now(), SYSTEM, keep=keep)
        assert before == told
        if not keep:
            self.expected -= {one.key for one in claims_with(state=State.CANCELLED)}

    @invariant()
    def nothing_is_broken(self):
        assert truth.broken() == {}

    @invariant()
    def no_booking_is_lost_or_made_of_itself(self):
        assert {one.key for one in claims_with(state=State.BOOKED)} == self.expected

    def live(self):
        return {one.key for one in claims_with(state__in=LIVE)}

    def tried(self, act):
        try:
            return multiple(act())
        except CannotBook:
            return multiple()


@pytest.mark.long
@pytest.mark.parametrize("first", range(0, HISTORIES, PART))
def test_whatever_happens_in_whatever_order_no_time_is_given_twice_and_no_booking_is_lost(
    amina_yusuf, ben_carter, hospital, thursday, first
):
    cara = hospital.create({"resourceType": "Patient", "name": [{"family": "Osei"}]}).id
    dan = hospital.create({"resourceType": "Patient", "name": [{"family": "Reed"}]}).id
    Histories.world = World(amina_yusuf, ben_carter, cara, fourth=dan)
    Histories.told = 0
    wanted = min(PART, HISTORIES - first)

    run_state_machine_as_test(
        Histories, settings=settings(max_examples=wanted, stateful_step_count=STEPS)
    )

    print(f"{Histories.told} histories of up to {STEPS} steps")  # noqa: T201 (a figure to read)
    assert Histories.told >= wanted

"""What a hospital's own diary says of a visit stands over what was booked here."""

from datetime import datetime, timedelta

import pytest

from fhir.access import SYSTEM
from fhir.intake import Refused
from fhir.store import Repository
from portal.appointments import actions
from portal.appointments.actions import Why
from portal.appointments.refusing import CannotBook
from portal.appointments.rules import Refusal, State
from tests.fhir.hl7.reading import written
from tests.portal.appointments import truth
from tests.portal.appointments.clinic import (
    DETAILS,
    appointment,
    appointments_of,
    booked,
    claim,
    fhir_slot,
    held,
    moved,
    ordered,
    records_of,
)
from tests.portal.appointments.diary import PID, filed, put, said
from tests.portal.pages import words


@pytest.fixture
def booking(amina_yusuf, ticket, slots):
    return booked(amina_yusuf, ticket, slots[1])


@pytest.mark.parametrize(
    ("event", "status"),
    [("S15", "cancelled"), ("S16", "cancelled"), ("S17", "entered-in-error"), ("S26", "noshow")],
)
def test_what_does_not_take_place_frees_its_time_and_its_ticket(  # noqa: PLR0917 (fixtures)
    ben_carter, his_ticket, booking, slots, event, status
):
    said(booking, event)

    assert appointment(booking)["status"] == status
    assert claim(booking.key).state == State.CANCELLED
    assert fhir_slot(slots[1])["status"] == "free"
    assert booked(ben_carter, his_ticket, slots[1]).state == State.BOOKED
    assert booked(booking.patient, booking.ticket, slots[3]).state == State.BOOKED
    assert truth.broken() == {}


def test_a_visit_that_is_moved_takes_its_claim_to_the_slot_of_that_time(booking, slots):
    said(booking, "S13", slots[4].starts_at)

    now = claim(booking.key)
    assert (now.state, now.slot, now.starts_at) == (State.BOOKED, slots[4].slot, slots[4].starts_at)
    assert now.sequence == booking.sequence + 1
    assert [fhir_slot(slots[n])["status"] for n in (1, 4)] == ["free", "busy"]
    assert datetime.fromisoformat(appointment(booking)["start"]) == slots[4].starts_at
    assert truth.broken() == {}


def test_what_was_said_of_a_visit_here_stays_with_it(booking, slots):
    before = appointment(booking)

    said(booking, "S13", slots[4].starts_at)

    after = appointment(booking)
    for name in ("extension", "reasonCode", "description", "basedOn", "participant"):
        assert after[name] == before[name], name
    assert "slot" not in after


def test_a_visit_moved_to_a_time_that_is_ours_no_more_leaves_its_slot(booking, slots):
    said(booking, "S13", slots[1].starts_at + timedelta(hours=7))

    assert claim(booking.key).state == State.CANCELLED
    assert appointment(booking)["status"] == "booked"
    assert fhir_slot(slots[1])["status"] == "free"


def test_a_visit_moved_onto_a_time_that_is_held_takes_it(booking, slots, ben_carter, his_ticket):
    hold = held(ben_carter, his_ticket, slots[4])

    said(booking, "S13", slots[4].starts_at)

    assert claim(booking.key).slot == slots[4].slot
    assert claim(hold.key).state == State.EXPIRED
    with pytest.raises(CannotBook) as told:
        actions.confirm(records_of(ben_carter), ben_carter, hold.key, DETAILS)
    assert told.value.refusal == Refusal.EXPIRED
    assert truth.broken() == {}


def test_a_visit_moved_onto_a_time_that_is_booked_is_kept_and_flagged(
    booking, slots, ben_carter, his_ticket
):
    his = booked(ben_carter, his_ticket, slots[4])

    said(booking, "S13", slots[4].starts_at)

    now = claim(booking.key)
    assert (now.state, now.slot, now.unit) == (State.BOOKED, slots[4].slot, 1)
    assert now.orphaned_at is not None
    assert claim(his.key).orphaned_at is None
    assert truth.broken() == {}


def test_a_visit_that_was_called_off_by_mistake_has_its_time_again(booking, slots):
    said(booking, "S15", at="20260312084000")

    said(booking, "S14", slots[1].starts_at, at="20260312085000")

    assert claim(booking.key).state == State.BOOKED
    assert fhir_slot(slots[1])["status"] == "busy"
    assert truth.broken() == {}


def test_what_the_diary_said_before_and_comes_late_moves_nothing(booking, slots):
    said(booking, "S13", slots[4].starts_at, at="20260312085000")

    remarked = said(booking, "S15", at="20260312084000")

    assert "history" in remarked.notes[0]
    assert claim(booking.key).state == State.BOOKED
    assert truth.broken() == {}


def test_who_would_move_what_the_diary_called_off_is_told_and_the_hold_is_worth_nothing(
    amina_yusuf, booking, slots
):
    hold = held(amina_yusuf, booking.ticket, slots[5], moving=booking.key)

    said(booking, "S15")

    with pytest.raises(CannotBook) as told:
        actions.move(records_of(amina_yusuf), amina_yusuf, hold.key)
    assert told.value.refusal == Refusal.NOT_BOOKED
    again = actions.cancel(records_of(amina_yusuf), amina_yusuf, str(booking.key), Why.OTHER)
    assert again.state == State.CANCELLED
    assert truth.broken() == {}


def test_a_put_of_a_hospital_system_stands_over_the_booking(booking, slots):
    put(booking.key, status="cancelled")

    assert appointment(booking)["status"] == "cancelled"
    assert claim(booking.key).state == State.CANCELLED
    assert fhir_slot(slots[1])["status"] == "free"


@pytest.mark.parametrize("status", ["cancelled", "noshow"])
def test_a_diary_that_spoke_of_a_visit_before_it_moved_is_heard_of_the_one_that_stands(
    booking, slots, status
):
    new = moved(booking.patient, booking, slots[4])
    put(booking.key, status="noshow")
    assert claim(new.key).state == State.BOOKED

    put(new.key, status=status)

    assert appointment(new)["status"] == status
    assert claim(new.key).state == State.CANCELLED
    assert truth.broken() == {}


def test_after_one_system_has_spoken_another_is_refused(booking):
    said(booking, "S15")

    with pytest.raises(Refused, match="another feed keeps this resource"):
        put(booking.key, "other", status="booked")

    assert appointment(booking)["status"] == "cancelled"


def test_each_word_of_the_diary_is_a_change_in_the_patients_log(amina_yusuf, booking, slots):
    before = Repository(SYSTEM).history("Appointment", str(booking.key))

    said(booking, "S13", slots[4].starts_at)
    said(booking, "S13", slots[4].starts_at)

    assert len(Repository(SYSTEM).history("Appointment", str(booking.key))) == len(before) + 1


def test_a_visit_that_the_diary_made_itself_has_no_claim_and_is_in_the_list(amina_yusuf, clinic):
    raw = written(
        "SCH||B2^MILLPAS|||||||20|MIN|^^^202604071000+0100", PID, "RGS|1",
        "AIP|1||G7000003^Nair^Priya^^^Dr^^^GMC", kind="SIU^S12",
    )  # fmt: skip

    filed(raw)

    (made,) = appointments_of(amina_yusuf)
    assert made.json["status"] == "booked"
    # Who has it may book nothing else at that time.
    ticket = ordered(amina_yusuf)
    slot = next(one for one in _slots(clinic) if one.starts_at.day == 7 and one.idx == 3)
    with pytest.raises(CannotBook) as told:
        held(amina_yusuf, ticket, slot)
    assert told.value.refusal == Refusal.BUSY


def _slots(clinic):
    return list(clinic.slots.order_by("starts_at"))


def test_what_the_diary_keeps_from_now_on_is_changed_by_ringing(her_browser, booking, slots):
    said(booking, "S13", slots[1].starts_at + timedelta(hours=7))

    page = words(her_browser.get(f"/appointments/{booking.key}/change/"))

    assert "The hospital has changed this visit" in page
    assert "Choose a different time" not in page

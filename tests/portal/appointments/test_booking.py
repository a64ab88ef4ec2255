"""A patient holds a time and books it: the claim, the Appointment and its Slot agree."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from fhir.store import Criteria, NotFound
from portal import clock
from portal.appointments import actions, claims
from portal.appointments.actions import Why
from portal.appointments.refusing import CannotBook
from portal.appointments.resources import Details
from portal.appointments.rules import Refusal, State
from portal.appointments.tickets import tickets
from tests.builders import labelled
from tests.portal.appointments.clinic import (
    DETAILS,
    appointment,
    appointments_of,
    booked,
    carer_of,
    choice,
    claim,
    claims_with,
    fhir_slot,
    held,
    ordered,
    published,
    records_of,
    slots_of,
)


def refusal_of(act, *args, **more):
    with pytest.raises(CannotBook) as refused:
        act(*args, **more)
    return refused.value.refusal


def test_a_held_time_is_kept_for_five_minutes_and_is_still_free_in_the_record(
    amina_yusuf, ticket, slots
):
    found = held(amina_yusuf, ticket, slots[0])

    assert found.state == State.HELD
    assert found.hold_until - found.made_at == timedelta(minutes=5)
    assert (found.patient, found.slot, found.unit) == (amina_yusuf, slots[0].slot, 0)
    assert fhir_slot(slots[0])["status"] == "free"
    assert appointments_of(amina_yusuf) == []


def test_a_booking_says_all_that_uk_core_asks_for(amina_yusuf, ticket, slots):
    found = booked(amina_yusuf, ticket, slots[3])

    said = appointment(found)
    del said["meta"]
    assert found.state == State.BOOKED
    assert found.hold_until is None
    assert said == {
        "resourceType": "Appointment",
        "id": str(found.key),
        "extension": [
            {
                "url": "https://fhir.hl7.org.uk/StructureDefinition"
                "/Extension-UKCore-DeliveryChannel",
                "valueCodeableConcept": {
                    "coding": [
                        {
                            "system": "https://fhir.hl7.org.uk/CodeSystem/UKCore-DeliveryChannel",
                            "code": "Video",
                            "display": "Video",
                        }
                    ]
                },
            },
            {
                "url": "urn:daybook:extension:contact-for-this-visit",
                "valueContactPoint": {"system": "phone", "value": "07700 900123", "use": "temp"},
            },
        ],
        "identifier": [{"system": "urn:daybook:booking", "value": str(found.key)}],
        "status": "booked",
        "serviceType": [{"text": "Breathing clinic"}],
        "start": "2026-03-24T10:00:00+00:00",
        "end": "2026-03-24T10:20:00+00:00",
        "minutesDuration": 20,
        "slot": [{"reference": f"Slot/{slots[3].slot}"}],
        "created": found.booked_at.isoformat(),
        "patientInstruction": "Have your inhalers with you.",
        "description": "Follow-up of your breathing",
        "reasonCode": [{"text": "I am out of breath at night"}],
        "basedOn": [{"reference": f"ServiceRequest/{ticket}"}],
        "participant": [
            {"actor": {"reference": f"Patient/{amina_yusuf}"}, "status": "accepted"},
            {
                "actor": {"reference": "Practitioner/nair", "display": "Dr Priya Nair"},
                "status": "accepted",
            },
            {
                "actor": {"reference": "Location/north", "display": "North Site"},
                "status": "accepted",
            },
            {
                "actor": {
                    "reference": "HealthcareService/breathing",
                    "display": "Breathing clinic",
                },
                "status": "accepted",
            },
        ],
    }
    assert fhir_slot(slots[3])["status"] == "busy"


def test_a_booked_slot_is_found_in_the_record_as_before_and_as_busy(
    hospital, amina_yusuf, ticket, clinic, slots
):
    def found(*statuses):
        at = slots[0].starts_at
        wanted = Criteria(
            "Slot",
            references=[("schedule", [f"Schedule/{clinic.key}"])],
            dates=[("start", at, at + timedelta(minutes=1))],
            statuses=statuses,
        )
        return [one.id for one in hospital.search(wanted)[0]]

    assert (found("free"), found("busy")) == ([slots[0].slot], [])
    booked(amina_yusuf, ticket, slots[0])

    assert (found("free"), found("busy")) == ([], [slots[0].slot])


def test_a_booking_after_the_clocks_change_keeps_the_hour_of_the_clinic(
    amina_yusuf, ticket, clinic
):
    (slot,) = slots_of(clinic, starts_at=datetime(2026, 3, 31, 8, 20, tzinfo=UTC))

    said = appointment(booked(amina_yusuf, ticket, slot))

    assert slot.idx == 1
    assert said["start"] == "2026-03-31T08:20:00+00:00"  # 9:20am in summer time


def test_the_same_form_sent_again_gets_the_same_answer(amina_yusuf, ticket, slots):
    form = choice(ticket, slots[0], request="one form")
    records = records_of(amina_yusuf)

    first = actions.hold(records, amina_yusuf, form)
    again = actions.hold(records, amina_yusuf, form)
    made = actions.confirm(records, amina_yusuf, first.key, DETAILS)
    repeated = actions.confirm(records, amina_yusuf, first.key, Details("Something else"))
    after = actions.hold(records, amina_yusuf, form)

    assert {one.key for one in (first, again, made, repeated, after)} == {first.key}
    assert len(claims_with()) == len(appointments_of(amina_yusuf)) == 1
    assert appointment(made)["reasonCode"] == [{"text": DETAILS.reason}]


def test_a_form_of_somebody_else_is_no_answer(amina_yusuf, ticket, ben_carter, his_ticket, slots):
    held(amina_yusuf, ticket, slots[0], request="one form")

    with pytest.raises(NotFound):
        held(ben_carter, his_ticket, slots[1], request="one form")


def test_what_somebody_has_taken_is_refused_with_the_three_nearest_times(
    amina_yusuf, ticket, ben_carter, his_ticket, slots
):
    held(amina_yusuf, ticket, slots[4])

    with pytest.raises(CannotBook) as refused:
        held(ben_carter, his_ticket, slots[4])

    assert refused.value.refusal == Refusal.TAKEN
    times = [one.starts_at for one in refused.value.alternatives]
    assert slots[4].starts_at not in times
    assert times == sorted(times)
    assert {slots[3].starts_at, slots[5].starts_at} < set(times)
    assert len(times) == 3


def test_a_stale_hold_is_lost_and_told_so_with_other_times(amina_yusuf, ticket, slots, moved_clock):
    found = held(amina_yusuf, ticket, slots[0])
    moved_clock.move(minutes=5)

    with pytest.raises(CannotBook) as refused:
        actions.confirm(records_of(amina_yusuf), amina_yusuf, found.key, DETAILS)

    assert refused.value.refusal == Refusal.EXPIRED
    assert [one.slot for one in refused.value.alternatives] == [one.slot for one in slots[:3]]
    assert appointments_of(amina_yusuf) == []


def test_a_stale_hold_is_taken_over_by_whoever_comes_and_cannot_be_had_back(
    amina_yusuf, ticket, ben_carter, his_ticket, slots
):
    lost = held(amina_yusuf, ticket, slots[0])
    clock.move(timedelta(minutes=5))

    won = booked(ben_carter, his_ticket, slots[0])

    assert claim(lost.key).state == State.EXPIRED
    assert won.state == State.BOOKED
    records = records_of(amina_yusuf)
    assert refusal_of(actions.confirm, records, amina_yusuf, lost.key, DETAILS) == Refusal.EXPIRED


def test_a_hold_is_extended_once(amina_yusuf, ticket, slots, moved_clock):
    found = held(amina_yusuf, ticket, slots[0])
    records = records_of(amina_yusuf)
    moved_clock.move(minutes=4)

    longer = actions.extend(records, amina_yusuf, found.key)

    assert longer.hold_until - found.hold_until == timedelta(minutes=5)
    assert refusal_of(actions.extend, records, amina_yusuf, found.key) == Refusal.KEPT_ONCE
    moved_clock.move(minutes=5, seconds=50)
    assert actions.confirm(records, amina_yusuf, found.key, DETAILS).state == State.BOOKED


def test_the_sweeper_ends_stale_holds_and_nothing_else(
    amina_yusuf, ticket, ben_carter, his_ticket, slots
):
    stale = held(amina_yusuf, ticket, slots[0])
    clock.move(timedelta(minutes=3))
    live = held(ben_carter, his_ticket, slots[1])
    clock.move(timedelta(minutes=2))

    with claims.opened():
        ended = claims.expire()

    assert ended == 1
    assert claim(stale.key).state == State.EXPIRED
    assert claim(live.key).state == State.HELD


def test_in_two_windows_the_later_choice_stands_and_the_earlier_says_so(amina_yusuf, ticket, slots):
    records = records_of(amina_yusuf)
    first = held(amina_yusuf, ticket, slots[0])
    second = held(amina_yusuf, ticket, slots[1])

    refusal = refusal_of(actions.confirm, records, amina_yusuf, first.key, DETAILS)

    assert refusal == Refusal.CHOSEN_ELSEWHERE
    assert actions.confirm(records, amina_yusuf, second.key, DETAILS).slot == slots[1].slot


def test_a_choice_that_fails_leaves_what_was_held(
    amina_yusuf, ticket, ben_carter, his_ticket, slots
):
    mine = held(amina_yusuf, ticket, slots[0])
    held(ben_carter, his_ticket, slots[1])

    assert refusal_of(held, amina_yusuf, ticket, slots[1]) == Refusal.TAKEN
    assert claim(mine.key).state == State.HELD


def test_a_ticket_is_used_once(amina_yusuf, ticket, slots):
    booked(amina_yusuf, ticket, slots[0])

    assert refusal_of(held, amina_yusuf, ticket, slots[1]) == Refusal.USED


def test_a_patient_is_in_one_place_at_a_time(amina_yusuf, ticket, slots):
    other = published(service="hips", clinician="okoro", opens=slots[0].starts_at.time())
    hips = ordered(amina_yusuf, "hips")
    booked(amina_yusuf, ticket, slots[0])

    assert refusal_of(held, amina_yusuf, hips, slots_of(other)[0]) == Refusal.BUSY
    assert held(amina_yusuf, hips, slots_of(other)[1]).state == State.HELD


def test_an_appointment_that_a_hospital_system_sent_is_in_the_way_too(
    hospital, amina_yusuf, ticket, slots
):
    hospital.create(
        {
            "resourceType": "Appointment",
            "status": "booked",
            "start": (slots[0].starts_at - timedelta(hours=1)).isoformat(),
            "end": (slots[0].starts_at + timedelta(minutes=5)).isoformat(),
            "participant": [
                {"actor": {"reference": f"Patient/{amina_yusuf}"}, "status": "accepted"}
            ],
        }
    )

    assert refusal_of(held, amina_yusuf, ticket, slots[0]) == Refusal.BUSY
    assert held(amina_yusuf, ticket, slots[1]).state == State.HELD


def test_a_clinician_has_one_patient_at_a_time_but_in_a_group(
    amina_yusuf, ticket, ben_carter, his_ticket, slots
):
    group = published(service="group", capacity=2, opens=slots[0].starts_at.time())
    his, hers = ordered(ben_carter, "group"), ordered(amina_yusuf, "group")
    together = slots_of(group)
    booked(amina_yusuf, ticket, slots[0])

    assert refusal_of(held, ben_carter, his, together[0]) == Refusal.TAKEN
    booked(ben_carter, his, together[1])
    booked(amina_yusuf, hers, together[1])

    assert sorted(one.unit for one in claims_with(slot=together[1].slot)) == [0, 1]
    assert fhir_slot(together[1])["status"] == "busy"


def test_nobody_books_on_anothers_ticket(amina_yusuf, ben_carter, his_ticket, slots):
    with pytest.raises(NotFound):
        actions.hold(records_of(amina_yusuf), amina_yusuf, choice(his_ticket, slots[0]))
    with pytest.raises(NotFound):
        actions.hold(records_of(amina_yusuf), ben_carter, choice(his_ticket, slots[0]))

    assert held(ben_carter, his_ticket, slots[0]).state == State.HELD


def test_a_hold_is_confirmed_extended_and_cancelled_by_its_patient_alone(
    amina_yusuf, ticket, ben_carter, slots
):
    mine = held(amina_yusuf, ticket, slots[0])
    his = records_of(ben_carter)

    for act in (
        lambda: actions.confirm(his, ben_carter, mine.key, DETAILS),
        lambda: actions.extend(his, ben_carter, mine.key),
        lambda: actions.move(his, ben_carter, mine.key),
        lambda: actions.confirm(his, amina_yusuf, mine.key, DETAILS),
        lambda: actions.confirm(his, ben_carter, uuid.uuid4(), DETAILS),
    ):
        with pytest.raises(NotFound):
            act()
    booking = actions.confirm(records_of(amina_yusuf), amina_yusuf, mine.key, DETAILS)
    with pytest.raises(NotFound):
        actions.cancel(his, ben_carter, str(booking.key), Why.OTHER)
    assert claim(mine.key).state == State.BOOKED


def test_a_helper_books_with_the_appointments_scope_alone(amina_yusuf, ticket, slots):
    without = carer_of(amina_yusuf, "DocumentReference", "ServiceRequest", "Flag")
    helper = carer_of(amina_yusuf, "Appointment")

    with pytest.raises(NotFound):
        tickets(without, amina_yusuf)
    with pytest.raises(NotFound):
        actions.hold(without, amina_yusuf, choice(ticket, slots[0]))

    assert [one.id for one in tickets(helper, amina_yusuf)] == [ticket]
    found = actions.hold(helper, amina_yusuf, choice(ticket, slots[0]))
    assert actions.confirm(helper, amina_yusuf, found.key, DETAILS).state == State.BOOKED


def test_a_sensitive_ticket_is_for_helpers_with_that_scope_and_its_booking_too(
    amina_yusuf, hospital, clinic, slots
):
    private = ordered(amina_yusuf, **labelled({}, "SEX"))
    helper = carer_of(amina_yusuf, "Appointment")

    assert tickets(helper, amina_yusuf) == []
    with pytest.raises(NotFound):
        actions.hold(helper, amina_yusuf, choice(private, slots[0]))
    booking = booked(amina_yusuf, private, slots[0])

    assert records_of(amina_yusuf).read("Appointment", str(booking.key)).id == str(booking.key)
    with pytest.raises(NotFound):
        helper.read("Appointment", str(booking.key))


def test_needs_that_staff_know_of_go_onto_the_booking(hospital, amina_yusuf, ticket, slots):
    flag = {
        "resourceType": "Flag",
        "status": "active",
        "category": [{"coding": [{"code": "national-reasonable-adjustment-flag"}]}],
        "code": {"text": "Needs a British Sign Language interpreter"},
        "subject": {"reference": f"Patient/{amina_yusuf}"},
    }
    needed = hospital.create(flag).id
    hospital.create(flag | {"status": "inactive"})
    hospital.create(flag | {"category": [{"coding": [{"code": "safeguarding"}]}]})

    said = appointment(booked(amina_yusuf, ticket, slots[0]))

    assert said["supportingInformation"] == [{"reference": f"Flag/{needed}"}]


def test_a_reason_of_151_characters_books_nothing(amina_yusuf, ticket, slots):
    found = held(amina_yusuf, ticket, slots[0])
    records = records_of(amina_yusuf)

    refusal = refusal_of(actions.confirm, records, amina_yusuf, found.key, Details("é" * 151))

    assert refusal == Refusal.TOO_LONG
    assert claim(found.key).state == State.HELD


def test_a_ticket_that_was_withdrawn_meanwhile_books_nothing(hospital, amina_yusuf, ticket, slots):
    found = held(amina_yusuf, ticket, slots[0])
    order = hospital.read("ServiceRequest", ticket).json
    hospital.update(order | {"status": "revoked"}, None)
    records = records_of(amina_yusuf)

    refusal = refusal_of(actions.confirm, records, amina_yusuf, found.key, DETAILS)

    assert refusal == Refusal.NO_LEAVE
    assert refusal_of(held, amina_yusuf, ticket, slots[1]) == Refusal.NO_LEAVE
    assert tickets(records, amina_yusuf) == []


def test_a_time_that_no_clinic_has_is_gone(amina_yusuf, ticket, slots):
    slots[0].slot = "0" * 32

    assert refusal_of(held, amina_yusuf, ticket, slots[0]) == Refusal.GONE


@pytest.mark.parametrize("cut_off", [True, False])
def test_a_booking_is_cancelled_until_the_cut_off_and_then_there_is_the_phone(
    cut_off, amina_yusuf, ticket, slots, moved_clock
):
    booking = booked(amina_yusuf, ticket, slots[0])
    records = records_of(amina_yusuf)
    late = timedelta(seconds=1 if cut_off else -60)
    moved_clock.move_to(slots[0].starts_at - timedelta(hours=24) + late)

    if not cut_off:
        assert (
            actions.cancel(records, amina_yusuf, str(booking.key), Why.OTHER).state == "cancelled"
        )
        return
    with pytest.raises(CannotBook) as refused:
        actions.cancel(records, amina_yusuf, str(booking.key), Why.OTHER)
    assert (refused.value.refusal, refused.value.phone) == (Refusal.TOO_LATE, "01632 960 100")
    assert appointment(booking)["status"] == "booked"


def test_a_cancelled_booking_frees_its_time_and_its_ticket(
    amina_yusuf, ticket, ben_carter, his_ticket, slots
):
    records = records_of(amina_yusuf)
    booking = booked(amina_yusuf, ticket, slots[0])
    assert tickets(records, amina_yusuf) == []

    ended = actions.cancel(records, amina_yusuf, str(booking.key), Why.CANNOT_COME)
    again = actions.cancel(records, amina_yusuf, str(booking.key), Why.OTHER)

    said = appointment(booking)
    assert ended.key == again.key
    assert ended.sequence == again.sequence == 1
    assert said["status"] == "cancelled"
    assert said["cancelationReason"] == {
        "coding": [{"system": "urn:daybook:codes:cancelled", "code": "cannot-come"}],
        "text": "I cannot come at that time",
    }
    assert fhir_slot(slots[0])["status"] == "free"
    assert [one.id for one in tickets(records, amina_yusuf)] == [ticket]
    assert booked(ben_carter, his_ticket, slots[0]).state == State.BOOKED
    assert booked(amina_yusuf, ticket, slots[1]).state == State.BOOKED


def test_what_a_hospital_system_cancelled_cannot_be_cancelled_again(
    hospital, amina_yusuf, ticket, slots
):
    booking = booked(amina_yusuf, ticket, slots[0])
    hospital.update(appointment(booking) | {"status": "cancelled"}, None)

    records = records_of(amina_yusuf)
    refusal = refusal_of(actions.cancel, records, amina_yusuf, str(booking.key), Why.OTHER)

    assert refusal == Refusal.NOT_BOOKED


def test_the_clock_of_booking_is_the_databases(amina_yusuf, ticket, slots, moved_clock):
    found = held(amina_yusuf, ticket, slots[0])

    assert abs(found.made_at - clock.now()) < timedelta(seconds=5)
    moved_clock.move(days=400)
    assert refusal_of(held, amina_yusuf, ticket, slots[1]) == Refusal.PAST

"""A time that comes free is offered to those it suits, in order; the first to say yes has it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from fhir.access import SYSTEM
from fhir.scope import scoped
from fhir.store import NotFound
from portal import clock
from portal.appointments import actions as booking_actions
from portal.appointments import clinics
from portal.appointments.actions import Choice
from portal.appointments.refusing import CannotBook
from portal.appointments.rules import Refusal, State
from portal.notices.models import Notice
from portal.notices.sending import send_due
from portal.offers import actions, wishes
from portal.offers.actions import OfferEnded
from portal.offers.models import Vacancy
from portal.offers.tasks import offer_earlier_times
from portal.offers.wishes import Wanted
from tests.portal.appointments import truth
from tests.portal.appointments.clinic import (
    booked,
    carer_of,
    claim,
    held,
    moved,
    ordered,
    records_of,
)
from tests.portal.appointments.test_following import said
from tests.portal.offers.pieces import (
    ANY_DAY,
    NUMBERS,
    cancels,
    crowd,
    offered_to,
    offers,
    relayed,
    somebody,
    wishes_for_sooner,
)
from tests.signing_in import a_login, linked


@pytest.fixture
def leaver(amina_yusuf, ticket, slots):
    """Give the booking that will be cancelled, 12 days ahead at nine."""
    return booked(amina_yusuf, ticket, slots[0])


def accepts(offer):
    return actions.accept(records_of(offer.patient), offer.patient, offer.key, clock.now())


def open_vacancies():
    return Vacancy.objects.filter(closed_at=None).count()


def test_a_cancelled_time_is_offered_to_five_at_once_by_the_longest_wait(leaver, slots):
    waiting = crowd(slots, 7)

    cancels(leaver)
    relayed()

    assert offered_to() == [one.patient for one in waiting[:5]]
    (first, *_) = offers()
    assert first.expires_at - first.made_at == timedelta(hours=2)
    assert {one.state for one in offers()} == {"open"}


def test_what_is_clinically_urgent_goes_before_the_longest_wait(leaver, slots):
    crowd(slots, 2)
    key, ticket = somebody("Urgent", NUMBERS[9], waits_since="2026-03-01", priority="urgent")
    wishes_for_sooner(booked(key, ticket, slots[-8]))

    cancels(leaver)
    relayed()

    assert offered_to()[0] == key
    assert len(offered_to()) == 3


def test_a_moved_booking_frees_its_old_time_but_not_for_who_has_left_it(amina_yusuf, leaver, slots):
    (other,) = crowd(slots, 1)
    new = moved(amina_yusuf, leaver, slots[9])
    wishes_for_sooner(new)
    relayed()

    assert offered_to() == [other.patient]


@pytest.mark.parametrize("event", ["S15", "S26"])
def test_a_time_that_a_hospital_system_takes_back_is_offered(leaver, slots, event):
    (other,) = crowd(slots, 1)

    said(leaver, event)
    relayed()

    assert offered_to(slot=slots[0].slot) == [other.patient]


def test_a_time_from_which_a_hospital_system_moves_somebody_is_offered(leaver, slots):
    (other,) = crowd(slots, 1)

    said(leaver, "S13", slots[4].starts_at)
    relayed()
    assert offered_to(slot=slots[0].slot) == [other.patient]
    actions.decline(records_of(other.patient), other.patient, offers()[0].key, clock.now())
    said(leaver, "S13", slots[6].starts_at, at="20260312085000")
    relayed()

    assert offered_to(slot=slots[4].slot) == [other.patient]


def test_a_clinic_that_closes_frees_nothing(leaver, slots):
    crowd(slots, 1)
    clinic = slots[0].clinic
    clinic.exceptions = [slots[0].local_date]
    clinics.change(clinic, clock.now(), SYSTEM, keep=False)
    relayed()

    assert offers() == []


@pytest.mark.parametrize(
    "wanted",
    [
        {"days_notice": 14},
        {"weekdays": [1, 3, 4, 5, 6, 7]},
        {"locations": ["south"]},
    ],
)
def test_a_time_that_does_not_suit_is_not_offered(leaver, slots, wanted):
    (other,) = crowd(slots, 1)
    wishes_for_sooner(other, **{"days_notice": 7, "weekdays": ANY_DAY} | wanted)
    cancels(leaver)
    relayed()
    assert offers() == []

    wishes_for_sooner(other, 7, [2], ["north"])
    key, ticket = somebody("Leaver", NUMBERS[8])
    cancels(booked(key, ticket, slots[1]))
    relayed()

    assert offered_to() == [other.patient]


def test_nobody_is_offered_a_later_time_one_at_which_they_are_elsewhere_or_cannot_be_understood(
    leaver, slots, hospital
):
    sooner, busy, unheard, suited = crowd(slots, 4)
    moved(sooner.patient, sooner, slots[1])  # a wish ends with its booking
    hospital.create(
        {
            "resourceType": "Appointment",
            "status": "booked",
            "start": slots[0].starts_at.isoformat(),
            "end": slots[0].ends_at.isoformat(),
            "participant": [
                {"actor": {"reference": f"Patient/{busy.patient}"}, "status": "accepted"}
            ],
        }
    )
    patient = hospital.read("Patient", unheard.patient)
    hospital.update(patient.json | {"extension": [NEEDS_INTERPRETER], **URDU}, patient.version)

    cancels(leaver)
    relayed()

    assert offered_to() == [suited.patient]


NEEDS_INTERPRETER = {
    "url": "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired",
    "valueBoolean": True,
}
URDU = {"communication": [{"language": {"coding": [{"code": "ur"}]}, "preferred": True}]}


def test_who_has_died_is_not_written_to(leaver, slots, hospital):
    first, second = crowd(slots, 2)
    patient = hospital.read("Patient", first.patient)
    hospital.update(patient.json | {"deceasedBoolean": True}, patient.version)

    cancels(leaver)
    relayed()

    assert offered_to() == [second.patient]


def test_who_says_yes_is_moved_and_the_others_keep_what_they_have(leaver, slots):
    waiting = crowd(slots, 3)
    cancels(leaver)
    relayed()
    first, second, third = offers()

    made = accepts(second)

    assert (made.state, made.slot, made.patient) == (State.BOOKED, slots[0].slot, second.patient)
    assert claim(second.booking).moved_to == made.key
    assert [one.state for one in offers()] == ["gone", "accepted", "gone"]
    assert [claim(one.booking).state for one in (first, third)] == [State.BOOKED] * 2
    assert accepts(second).key == made.key
    with pytest.raises(OfferEnded):
        accepts(first)
    assert truth.broken() == {}
    assert waiting[1].key == second.booking


def test_a_helper_with_whom_appointments_are_shared_wishes_and_accepts(leaver, slots):
    (other,) = crowd(slots, 1)
    helper = carer_of(other.patient, "Appointment")
    wishes.wish(helper, other.patient, other, Wanted(1, ANY_DAY), clock.now())
    cancels(leaver)
    relayed()
    (offer,) = offers()
    with pytest.raises(NotFound):
        actions.accept(
            carer_of(other.patient, "Observation"), other.patient, offer.key, clock.now()
        )

    made = actions.accept(helper, other.patient, offer.key, clock.now())

    assert (made.patient, made.slot) == (other.patient, slots[0].slot)


def test_the_time_that_an_accepted_offer_frees_is_offered_on(leaver, slots):
    last, second_last = crowd(slots, 2)
    key, ticket = somebody("Earlier", NUMBERS[7])
    earlier = booked(key, ticket, slots[5])
    wishes_for_sooner(earlier)
    cancels(leaver)
    relayed()
    accepts(offers(patient=earlier.patient)[0])

    relayed()

    assert offered_to(slot=slots[5].slot) == [last.patient, second_last.patient]


def test_who_accepts_again_after_a_crash_in_the_middle_is_moved(leaver, slots):
    crowd(slots, 1)
    cancels(leaver)
    relayed()
    (offer,) = offers()
    old = claim(offer.booking)
    half = Choice(f"offer-{offer.key}", old.ticket, offer.slot, old.mode, str(old.key))
    booking_actions.hold(records_of(offer.patient), offer.patient, half)

    made = accepts(offer)

    assert (made.slot, claim(old.key).moved_to) == (offer.slot, made.key)
    assert [one.state for one in offers()] == ["accepted"]


def test_somebody_who_books_the_time_as_anybody_may_ends_the_offers(leaver, slots, ben_carter):
    (other,) = crowd(slots, 1)
    cancels(leaver)
    relayed()
    booked(ben_carter, ordered(ben_carter), slots[0])

    with pytest.raises(CannotBook) as refused:
        accepts(offers()[0])

    assert refused.value.refusal == Refusal.TAKEN
    assert [one.state for one in offers()] == ["gone"]
    assert claim(other.key).state == State.BOOKED


def test_a_time_that_somebody_is_choosing_stays_offered(leaver, slots, ben_carter, moved_clock):
    crowd(slots, 1)
    cancels(leaver)
    relayed()
    held(ben_carter, ordered(ben_carter), slots[0])
    with pytest.raises(CannotBook):
        accepts(offers()[0])
    assert [one.state for one in offers()] == ["open"]

    moved_clock.move(minutes=6)

    assert accepts(offers()[0]).slot == slots[0].slot


def test_saying_no_costs_nothing_and_the_next_is_asked(leaver, slots):
    waiting = crowd(slots, 6)
    cancels(leaver)
    relayed()
    first = offers()[0]

    actions.decline(records_of(first.patient), first.patient, first.key, clock.now())

    assert offered_to(state="open") == [one.patient for one in waiting[1:6]]
    assert claim(first.booking).state == State.BOOKED
    key, ticket = somebody("Leaver", NUMBERS[11])
    cancels(booked(key, ticket, slots[1]))
    relayed()
    assert offered_to(slot=slots[1].slot)[0] == waiting[0].patient


def test_an_offer_that_runs_out_goes_to_the_next_in_order(leaver, slots, moved_clock):
    waiting = crowd(slots, 7)
    cancels(leaver)
    relayed()
    moved_clock.move(hours=2)

    offer_earlier_times(timestamp=0)

    assert [one.state for one in offers()] == ["expired"] * 5 + ["open"] * 2
    assert offered_to(state="open") == [one.patient for one in waiting[5:]]
    moved_clock.move(hours=2)
    offer_earlier_times(timestamp=0)
    assert {one.state for one in offers()} == {"expired"}
    assert open_vacancies() == 0
    with pytest.raises(OfferEnded):
        accepts(offers()[0])


def test_nothing_is_offered_at_night_and_all_of_it_in_the_morning(leaver, slots, moved_clock):
    waiting = crowd(slots, 2)
    moved_clock.move_to(datetime(2026, 3, 12, 22, 30, tzinfo=UTC))
    cancels(leaver)
    relayed()
    offer_earlier_times(timestamp=0)
    assert offers() == []

    moved_clock.move_to(datetime(2026, 3, 13, 6, 0, tzinfo=UTC))
    offer_earlier_times(timestamp=0)

    assert offered_to() == [one.patient for one in waiting]


def test_no_offer_outlives_the_evening(leaver, slots, moved_clock):
    crowd(slots, 1)
    moved_clock.move_to(datetime(2026, 3, 12, 20, 45, tzinfo=UTC))
    cancels(leaver)
    relayed()

    assert offers()[0].expires_at == datetime(2026, 3, 12, 22, 0, tzinfo=UTC)


def test_an_offer_is_told_by_mail_without_a_word_of_what_it_is(leaver, slots):
    (other,) = crowd(slots, 1)
    linked(a_login("Other Person"), other.patient)
    cancels(leaver)
    relayed()

    send_due(clock.now())

    (told,) = [one for one in mail.outbox if one.to == ["other.person@example.org"]][-1:]
    assert told.subject == "You can have an earlier hospital visit"
    assert "breathing" not in told.body.lower()


def test_an_offer_that_has_gone_is_not_told_any_more(leaver, slots):
    first, second = crowd(slots, 2)
    linked(a_login("Other Person"), second.patient)
    cancels(leaver)
    relayed()
    accepts(offers(patient=first.patient)[0])

    send_due(clock.now())

    with scoped(SYSTEM):
        said = Notice.objects.filter(patient=second.patient, kind="earlier time").get()
    assert (said.state, said.why) == ("dropped", "it has changed")


def test_every_offer_says_what_a_review_of_fairness_asks(leaver, slots, hospital):
    (other,) = crowd(slots, 1)
    patient = hospital.read("Patient", other.patient)
    changed = patient.json | {
        "birthDate": "1967-05-02",
        "extension": [{"url": "urn:example:deprivation-decile", "valueInteger": 2}],
        "communication": [{"language": {"coding": [{"code": "ur"}]}}],
    }
    hospital.update(changed, patient.version)

    cancels(leaver)
    relayed()

    (offer,) = offers()
    assert (offer.age_band, offer.language, offer.deprivation) == ("55 to 64", "ur", "2")
    assert (offer.place, offer.waited_days) == (1, 69)


def test_nobody_accepts_or_declines_what_is_offered_to_another(leaver, slots, amina_yusuf):
    crowd(slots, 1)
    cancels(leaver)
    relayed()
    (offer,) = offers()

    for act in (actions.accept, actions.decline, actions.mine):
        more = () if act is actions.mine else (clock.now(),)
        with pytest.raises(NotFound):
            act(records_of(amina_yusuf), amina_yusuf, offer.key, *more)
    assert offers()[0].state == "open"


def test_who_stops_wishing_is_offered_nothing_more(leaver, slots):
    (other,) = crowd(slots, 1)
    wishes.stop(records_of(other.patient), other.patient, other.key, clock.now())

    cancels(leaver)
    relayed()

    assert offers() == []


def test_a_booking_that_can_be_changed_no_more_cannot_be_offered_for(leaver, slots, moved_clock):
    moved_clock.move_to(slots[0].starts_at - timedelta(hours=3))

    with pytest.raises(CannotBook):
        wishes_for_sooner(leaver)


def test_many_who_wish_take_no_more_queries_than_those_who_are_offered(leaver, slots):
    crowd(slots, 5)
    relayed()
    few = queries_to_offer(leaver)
    for n in range(5, 10):
        key, ticket = somebody(f"Person{n}", NUMBERS[n], waits_since="2026-02-01")
        wishes_for_sooner(booked(key, ticket, slots[-1 - n]))
    relayed()

    assert queries_to_offer(leaver) == few


def queries_to_offer(leaver):
    """Return how many there are when a time comes free, which then does not."""
    with transaction.atomic():
        cancels(leaver)
        with CaptureQueriesContext(connection) as asked:
            relayed()
        assert len(offers()) == 5
        transaction.set_rollback(True)
    return len(asked)

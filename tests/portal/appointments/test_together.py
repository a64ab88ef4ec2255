"""A mother books for herself and her children in one act: all of them, or nobody."""

import uuid
from datetime import UTC, date, datetime, time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fhir import audit, changes
from fhir.access import SYSTEM
from fhir.access import Kind as As
from fhir.labels import Label
from portal.appointments import actions as alone
from portal.appointments.rules import Refusal, State
from portal.appointments.together import actions, batches, companies
from portal.appointments.together.actions import CannotBookTogether
from portal.appointments.together.people import NoLonger
from portal.carers.models import Sharing
from portal.notices.kinds import Kind
from portal.record.dates import clock as time_of
from tests.portal.appointments import family, truth
from tests.portal.appointments.clinic import (
    appointments_of,
    booked,
    cancelled,
    claims_with,
    held,
    ordered,
    published,
    records_of,
    slots_of,
)
from tests.portal.notices.pieces import notices, told


@pytest.fixture
def yusufs(amina_yusuf, clinic):
    return family.a_family("Zara Yusuf", "Sami Yusuf", key=amina_yusuf)


def states():
    return sorted(one.state for one in claims_with())


def starts(page):
    return [one.starts_at for one in page.times]


def refused(act):
    with pytest.raises(CannotBookTogether) as told:
        act()
    return told.value.refusal, told.value.patient


def test_each_gets_a_time_of_their_own_one_after_another(yusufs, slots):
    booker, company = yusufs.booker, yusufs.company
    run = family.found_for(company).times[0]

    done = family.booked(booker, family.held(booker, company, slots[:3]))

    assert run.slots == tuple(one.slot for one in slots[:3])
    assert (run.starts_at, run.ends_at) == (slots[0].starts_at, slots[2].ends_at)
    assert {one.state for one in done} == {State.BOOKED}
    for key, slot in zip(company.patients, slots, strict=False):
        (one,) = appointments_of(key)
        assert one.json["start"] == slot.starts_at.isoformat()
    assert truth.broken() == {}


def test_a_clinic_with_room_takes_several_at_once_and_the_rest_straight_after(
    amina_yusuf, ben_carter, thursday
):
    clinic = published(service="jabs", clinician="okoro", capacity=2, closes=time(10))
    slots = slots_of(clinic)
    yusufs = family.a_family("Zara Yusuf", "Sami Yusuf", key=amina_yusuf, service="jabs")
    company = yusufs.company
    first, second, third, *_ = slots

    assert family.found_for(company).times[0].slots == (first.slot, first.slot, second.slot)
    booked(ben_carter, ordered(ben_carter, "jabs"), first)
    run = family.found_for(company).times[0]
    assert run.slots == (first.slot, second.slot, second.slot)
    assert run.ends_at == second.ends_at
    done = family.booked(
        yusufs.booker, family.held(yusufs.booker, company, [first, second, second])
    )

    assert {one.slot for one in done} == {first.slot, second.slot}
    assert truth.broken() == {}
    others = family.a_family("Cara Osei", mother="Efua Osei", service="jabs")
    assert family.found_for(others.company).times[0].slots == (third.slot, third.slot)


def test_times_with_a_break_between_them_are_not_offered_together(yusufs, slots, ben_carter):
    company = yusufs.company
    here = [one.starts_at for one in slots[:9]]
    assert starts(family.found_for(company))[:8] == [*here[:7], slots[9].starts_at]

    booked(ben_carter, ordered(ben_carter), slots[3])

    assert starts(family.found_for(company))[:3] == [here[0], here[4], here[5]]
    alone_of_two = company.only(company.tickets[:2])
    assert starts(family.found_for(alone_of_two))[:3] == [here[0], here[1], here[4]]


def test_what_is_held_is_not_offered_until_its_hold_ends(yusufs, slots, ben_carter, moved_clock):
    held(ben_carter, ordered(ben_carter), slots[1])
    assert starts(family.found_for(yusufs.company))[0] == slots[2].starts_at

    moved_clock.move(minutes=5)

    assert starts(family.found_for(yusufs.company))[0] == slots[0].starts_at


def test_nobody_is_sought_a_time_at_which_one_of_them_is_elsewhere(yusufs, slots):
    zara = yusufs.children[0]
    other = published(service="hips", clinician="okoro", opens=time(9, 40), closes=time(10))
    booked(zara, ordered(zara, "hips"), slots_of(other)[0])

    assert starts(family.found_for(yusufs.company))[0] == slots[3].starts_at


def test_the_same_filters_narrow_runs_down_as_they_do_times(yusufs, slots):
    company = yusufs.company
    published(
        clinician="lund", weekdays=[4], modes=["phone"], languages=["ur"], location="south",
        opens=time(11), closes=time(13),
    )  # fmt: skip
    every = family.found_for(company).count

    def count(**wanted):
        return family.found_for(company, **wanted).count

    # Seven beginnings on each of six Tuesdays, four on each of five Thursdays.
    assert every == 42 + 20
    assert count(modes=["video"]) == count(locations=["north"]) == count(weekdays=[2]) == 42
    assert count(modes=["phone"]) == count(languages=["ur"]) == count(weekdays=[4]) == 20
    assert count(until=slots[3].starts_at) == 1
    # All of them are seen by midday.
    assert count(weekdays=[4], parts=["am"]) == 5


def test_those_come_together_whose_tickets_the_same_times_would_serve(amina_yusuf, clinic):
    yusufs = family.a_family("Zara Yusuf", "Sami Yusuf", "Noor Yusuf", key=amina_yusuf)
    days = {"occurrencePeriod": {"start": "2026-04-07", "end": "2026-04-14"}}
    mary = family.a_child(yusufs.mother, "Mary Yusuf")
    ordered(mary, **days)
    company = yusufs.company

    assert len(company.members) == 5
    found = starts(family.found_for(company))
    assert {one.date() for one in found} == {date(2026, 4, 7), date(2026, 4, 14)}
    ordered(amina_yusuf, "hips")
    assert len(companies.companies_of(yusufs.booker)) == 1
    lund = family.a_child(yusufs.mother, "Lou Yusuf")
    ordered(lund, performer=[{"reference": "HealthcareService/breathing"},
                             {"reference": "Practitioner/lund"}])  # fmt: skip
    assert lund in yusufs.company.patients
    other = family.a_child(yusufs.mother, "Max Yusuf")
    ordered(other, performer=[{"reference": "HealthcareService/breathing"},
                              {"reference": "Practitioner/nair"}])  # fmt: skip
    assert other not in yusufs.company.patients


def test_one_ticket_alone_is_nobodys_company_and_nothing_is_read_for_whoever_helps_nobody(
    amina_yusuf, clinic, django_assert_num_queries
):
    alone_here = family.a_family(key=amina_yusuf)
    booker = alone_here.booker
    with django_assert_num_queries(1):
        assert companies.companies_of(booker) == []
    family.a_child(alone_here.mother, "Zara Yusuf")
    letters = family.a_child(alone_here.mother, "Sami Yusuf", scopes=["letters"])
    ordered(letters)

    assert companies.companies_of(alone_here.booker) == []


def test_where_one_time_is_lost_none_is_held_and_what_was_held_before_still_is(
    yusufs, slots, ben_carter
):
    booker, company = yusufs.booker, yusufs.company
    before = family.held(booker, company, slots[3:6])
    held(ben_carter, ordered(ben_carter), slots[2])

    assert refused(lambda: family.held(booker, company, slots[:3])) == (
        Refusal.TAKEN, company.patients[2],
    )  # fmt: skip

    kept = {one.key for one in claims_with(state=State.HELD, patient__in=company.patients)}
    assert kept == {one.key for one in before}
    assert truth.broken() == {}


def test_fewer_who_choose_again_leave_nothing_held_of_what_all_had(yusufs, slots):
    booker, company = yusufs.booker, yusufs.company
    family.held(booker, company, slots[:3])

    again = family.held(booker, company.only(company.tickets[:2]), slots[3:5])

    assert {one.key for one in claims_with(state=State.HELD)} == {one.key for one in again}


def test_a_ticket_that_is_hidden_meanwhile_books_nobody_and_that_it_was_asked_for_is_kept(
    yusufs, slots, hospital
):
    booker, company = yusufs.booker, yusufs.company
    holds = family.held(booker, company, slots[:3])
    hospital.relabel("ServiceRequest", company.tickets[1], add=Label.NOPAT)
    before = family.refusals(company.patients[1])

    assert refused(lambda: family.booked(booker, holds)) == (Refusal.NO_LEAVE, "")
    assert refused(lambda: family.held(booker, company, slots[:3])) == (Refusal.NO_LEAVE, "")

    assert family.refusals(company.patients[1]) == before + 2
    assert claims_with(state__in=[State.HELD, State.BOOKED]) == []
    assert not any(appointments_of(key) for key in company.patients)


def test_times_that_do_not_follow_one_another_are_not_held_together(yusufs, slots):
    booker, company = yusufs.booker, yusufs.company

    for wrong in ([0, 1, 3], [2, 1, 0], [0, 0, 1], [7, 8, 9]):
        picked = [slots[n] for n in wrong]
        # Of a clinic with room for one, the same time twice is taken.
        expected = Refusal.TAKEN if wrong == [0, 0, 1] else Refusal.GONE
        assert refused(lambda picked=picked: family.held(booker, company, picked))[0] == expected
    assert claims_with() == []


def test_the_same_form_again_is_answered_the_same_and_so_is_its_confirmation(yusufs, slots):
    booker, company, batch = yusufs.booker, yusufs.company, uuid.uuid4()
    first, second = (family.held(booker, company, slots[:3], batch=batch) for _ in range(2))
    done = [family.booked(booker, first) for _ in range(2)]

    keys = {one.key for one in first}
    assert keys == {one.key for one in second}
    assert [{one.key for one in found} for found in done] == [keys, keys]
    assert all(len(appointments_of(key)) == 1 for key in company.patients)
    assert {one.key for one in family.held(booker, company, slots[:3], batch=batch)} == keys


def test_all_are_kept_for_longer_together_once(yusufs, slots, moved_clock):
    booker = yusufs.booker
    holds = family.held(booker, yusufs.company, slots[:3])
    batch = family.batch_of(holds)
    moved_clock.move(minutes=4)

    actions.extend(booker, batch)

    assert {time_of(one.hold_until) for one in claims_with()} == {"9:12am"}
    assert refused(lambda: actions.extend(booker, batch))[0] == Refusal.KEPT_ONCE
    moved_clock.move(minutes=6)
    assert refused(lambda: actions.extend(booker, batch))[0] == Refusal.EXPIRED


def test_a_hold_of_one_that_has_ended_ends_the_others_and_books_nobody(yusufs, slots, moved_clock):
    booker, company = yusufs.booker, yusufs.company
    holds = family.held(booker, company, slots[:3])
    alone.extend(records_of(company.patients[0]), company.patients[0], holds[0].key)
    moved_clock.move(minutes=6)

    assert refused(lambda: family.booked(booker, holds)) == (Refusal.EXPIRED, company.patients[1])

    assert states() == [State.EXPIRED] * 3
    assert family.found_for(company).times[0].starts_at == slots[0].starts_at
    assert not any(appointments_of(key) for key in company.patients)
    assert truth.broken() == {}


def test_a_ticket_that_is_used_in_another_window_is_named_and_nobody_else_is_booked(yusufs, slots):
    booker, company = yusufs.booker, yusufs.company
    holds = family.held(booker, company, slots[:3])
    one = company.members[1]
    booking = booked(one.person.patient, one.ticket.id, slots[8])

    told = refused(lambda: family.booked(booker, holds))

    assert told == (Refusal.CHOSEN_ELSEWHERE, one.person.patient)
    assert [found.key for found in claims_with(state=State.BOOKED)] == [booking.key]
    assert claims_with(state=State.HELD) == []
    again = refused(lambda: family.held(booker, company, slots[:3]))
    assert again == (Refusal.USED, one.person.patient)
    assert truth.broken() == {}


@pytest.mark.parametrize("how", ["ended", "narrowed", "held"])
def test_whoever_may_not_act_for_one_of_them_any_more_books_nobody(yusufs, slots, how):
    booker, company = yusufs.booker, yusufs.company
    holds = family.held(booker, company, slots[:3])
    sharing = Sharing.objects.get(patient=company.patients[1])
    if how == "ended":
        sharing.state = "ended"
    elif how == "narrowed":
        sharing.scopes = ["letters"]
    else:
        family.freeze(company.patients[1])
    sharing.save()

    with pytest.raises(NoLonger):
        family.booked(booker, holds)
    with pytest.raises(NoLonger):
        family.held(booker, company, slots[3:6])

    assert states() == [State.EXPIRED] * 3
    assert not any(appointments_of(key) for key in company.patients)
    assert truth.broken() == {}


def test_each_act_is_written_down_in_each_persons_log_as_done_by_the_mother_for_them(yusufs, slots):
    booker, company = yusufs.booker, yusufs.company
    family.booked(booker, family.held(booker, company, slots[:3]))

    for one in company.members:
        key = one.person.patient
        entries = audit.entries_for(SYSTEM, key)
        (made,) = [row for row in entries if row.interaction == "create" and
                   row.resource_type == "Appointment"]  # fmt: skip
        acting = (As.PATIENT, f"Patient/{key}", "")
        if not one.person.is_self:
            acting = (As.PROXY, f"RelatedPerson/mother-of-{key}", f"Patient/{key}")
        assert (made.kind, made.who, made.on_behalf_of) == acting
        assert made.name == "Amina Yusuf"
        told = [row.resource_type for row in changes.after({key: 0})]
        assert told.count("Appointment") == 1


def test_each_of_them_is_told_of_their_own_visit(yusufs, slots):
    booker, company = yusufs.booker, yusufs.company
    done = family.booked(booker, family.held(booker, company, slots[:3]))

    told()

    assert {(one.patient, one.subject) for one in notices(kind=Kind.BOOKED)} == {
        (one.patient, str(one.key)) for one in done
    }


def test_nobody_is_ever_seen_through_by_the_rights_over_another(yusufs):
    people = yusufs.booker.people()

    assert [one.records.viewer.scope for one in people] == [f",{one.patient}," for one in people]
    assert len({one.patient for one in people}) == 3


def test_each_visit_is_moved_and_cancelled_by_itself(yusufs, slots):
    booker, company = yusufs.booker, yusufs.company
    hers, his, zaras = family.booked(booker, family.held(booker, company, slots[:3]))
    mother = company.members[2].person.records

    new = alone.hold(mother, zaras.patient, family.another(zaras, slots[6]))
    alone.move(mother, zaras.patient, new.key)
    cancelled(his)

    found = {one.patient: one for one in claims_with(state=State.BOOKED)}
    assert {key: one.starts_at for key, one in found.items()} == {
        hers.patient: slots[0].starts_at, zaras.patient: slots[6].starts_at,
    }  # fmt: skip
    assert truth.broken() == {}


def test_a_batch_is_its_makers_alone(yusufs, slots):
    holds = family.held(yusufs.booker, yusufs.company, slots[:3])
    father = family.a_family(mother="Omar Yusuf")
    for key, name in zip(yusufs.children, ("Zara Yusuf", "Sami Yusuf"), strict=True):
        family.shared(father.mother, key, name)
    batch = family.batch_of(holds)

    assert batches.is_known(batch, yusufs.booker)
    assert not batches.is_known(batch, father.booker)
    assert actions.release(father.booker, batch) == {}
    assert states() == [State.HELD] * 3


def test_runs_go_on_over_the_hour_that_is_left_out_and_not_over_the_one_that_comes_twice(
    amina_yusuf, moved_clock
):
    moved_clock.move_to(datetime(2026, 3, 12, 9, tzinfo=UTC))
    night = {"weekdays": [7], "opens": time(0, 20), "closes": time(3)}
    spring, autumn = date(2026, 3, 29), date(2026, 10, 25)
    yusufs = family.a_family("Zara Yusuf", key=amina_yusuf)
    published(**night, first_day=spring, last_day=spring)

    def times():
        return [(time_of(one.starts_at), time_of(one.ends_at))
                for one in family.found_for(yusufs.company).times]  # fmt: skip

    assert times() == [
        ("12:20am", "2am"), ("12:40am", "2:20am"), ("2am", "2:40am"), ("2:20am", "3am"),
    ]  # fmt: skip
    moved_clock.move_to(datetime(2026, 10, 1, 9, tzinfo=UTC))
    published(**night, first_day=autumn, last_day=autumn)
    found = times()
    assert ("1:20am", "2am") in found or ("1:20am", "1am") in found
    assert all(one[0] != "1:40am" for one in found)


def test_a_search_is_one_query_for_however_many_people_and_slots(yusufs, django_assert_num_queries):
    company = yusufs.company
    with CaptureQueriesContext(connection) as few:
        family.found_for(company.only(company.tickets[:2]), count=5)
    asked = [one for one in few if "portal_clinicslot" in one["sql"]]
    published(clinician="okoro", opens=time(13), closes=time(17), minutes=5)

    with django_assert_num_queries(len(few)):
        family.found_for(company, count=50)
    assert len(asked) == 1

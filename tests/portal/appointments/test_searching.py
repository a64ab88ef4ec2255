"""Free times: by service, mode, site, period and interpreter, in pages, with a true count."""

from datetime import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fhir.store import NotFound
from portal.appointments import actions
from portal.appointments.actions import Why
from portal.appointments.searching import COUNTED, Wanted, search
from portal.appointments.tickets import tickets
from tests.portal.appointments.clinic import (
    booked,
    carer_of,
    held,
    moved,
    ordered,
    published,
    records_of,
    slots_of,
)


@pytest.fixture
def found(amina_yusuf, ticket):
    """Search with Amina's ticket."""
    (only,) = tickets(records_of(amina_yusuf), amina_yusuf)

    def searched(count=100, **more):
        page = {name: more.pop(name) for name in ("after", "moving") if name in more}
        return search(records_of(amina_yusuf), only, Wanted(**more), count=count, **page)

    return searched


def starts(page):
    return [one.starts_at for one in page.times]


def test_all_times_of_the_service_are_found_in_order(found, slots):
    page = found()

    assert starts(page) == [one.starts_at for one in slots]
    assert (page.count, page.has_more, page.is_counted) == (len(slots), False, True)
    assert page.times[0].clinician_name == "Dr Priya Nair"
    assert page.times[0].location_name == "North Site"


def test_times_are_narrowed_by_how_where_when_and_interpreter(found, slots):
    afternoon = {"opens": time(13), "closes": time(14), "weekdays": [4], "clinician": "okoro"}
    published(modes=["phone", "in-person"], location="south", languages=["bsl", "ur"], **afternoon)
    every = len(found().times)

    assert every > len(slots)
    assert len(found(modes=["video"]).times) == len(slots)
    assert len(found(modes=["phone"]).times) == every - len(slots)
    assert len(found(locations=["north"]).times) == len(slots)
    assert len(found(languages=["bsl"]).times) == every - len(slots)
    assert found(languages=["pl"]).times == []
    only = found(since=slots[0].starts_at, until=slots[1].starts_at)
    assert starts(only) == [slots[0].starts_at]


def test_only_what_can_be_held_now_is_found(found, amina_yusuf, ben_carter, his_ticket, slots):
    booked(ben_carter, his_ticket, slots[0])
    other = published(service="hips", clinician="okoro", opens=slots[1].starts_at.time())
    booked(amina_yusuf, ordered(amina_yusuf, "hips"), slots_of(other)[0])
    group = published(service="group", opens=slots[3].starts_at.time())
    booked(ben_carter, ordered(ben_carter, "group"), slots_of(group)[0])

    here = [one.starts_at for one in slots]
    assert starts(found()) == [here[2], *here[4:]]


def test_a_held_time_is_found_again_when_the_hold_ends(
    found, ben_carter, his_ticket, slots, moved_clock
):
    held(ben_carter, his_ticket, slots[0])
    assert starts(found())[0] == slots[1].starts_at

    moved_clock.move(minutes=5)

    assert starts(found())[0] == slots[0].starts_at


def test_a_group_has_a_time_while_it_has_room(amina_yusuf, ben_carter, clinic):
    group = published(service="group", clinician="okoro", capacity=2)
    ordered(amina_yusuf, "group")
    (hers,) = tickets(records_of(amina_yusuf), amina_yusuf)
    first = slots_of(group)[0]

    booked(ben_carter, ordered(ben_carter, "group"), first)
    assert search(records_of(amina_yusuf), hers, Wanted()).times[0].slot == first.slot
    booking = booked(amina_yusuf, hers.id, first)
    assert search(records_of(amina_yusuf), hers, Wanted()).times[0].slot != first.slot
    actions.cancel(records_of(amina_yusuf), amina_yusuf, str(booking.key), Why.OTHER)
    assert search(records_of(amina_yusuf), hers, Wanted()).times[0].slot == first.slot


def test_whoever_moves_is_not_in_their_own_way(found, amina_yusuf, ticket, slots):
    booking = booked(amina_yusuf, ticket, slots[0])
    beside = published(clinician="lund", opens=time(9, 10))
    overlapping = slots_of(beside)[0]

    assert overlapping.starts_at not in starts(found())
    assert overlapping.starts_at in starts(found(moving=str(booking.key)))
    assert moved(amina_yusuf, booking, overlapping).starts_at == overlapping.starts_at


def test_pages_follow_one_another_and_count_the_whole(found, slots):
    first = found(count=4)
    second = found(count=4, after=first.times[-1].key)

    assert starts(first) + starts(second) == [one.starts_at for one in slots[:8]]
    assert first.count == second.count == len(slots)
    assert (first.has_more, second.has_more) == (True, True)


def test_none_one_and_many_are_counted(found, slots):
    assert found(languages=["pl"]).count == 0
    assert found(until=slots[1].starts_at).count == 1
    published(clinician="okoro", opens=time(13), closes=time(17), minutes=5)
    assert (found(count=5).count, found().is_counted) == (COUNTED, False)


def test_the_past_is_not_offered(found, slots, moved_clock):
    moved_clock.move_to(slots[2].starts_at)

    assert starts(found())[0] == slots[3].starts_at


def test_a_search_is_as_many_queries_however_many_slots(found, django_assert_num_queries):
    with CaptureQueriesContext(connection) as few:
        found(count=5)
    published(clinician="okoro", opens=time(13), closes=time(17), minutes=5)

    with django_assert_num_queries(len(few)):
        found(count=50)


def test_who_may_not_see_appointments_finds_no_times(amina_yusuf, ticket):
    (only,) = tickets(records_of(amina_yusuf), amina_yusuf)

    with pytest.raises(NotFound):
        search(carer_of(amina_yusuf, "DocumentReference"), only, Wanted())

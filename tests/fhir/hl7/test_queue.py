"""What operators see of the inbox, and what they do to it."""

import pytest
from django.db import connection

from fhir.access import SYSTEM
from fhir.hl7 import queue
from fhir.hl7.envelope import lane_of
from fhir.hl7.inbox import State
from fhir.models import InboundMessage
from fhir.scope import scoped
from fhir.search.values import NHS_NUMBER

pytestmark = pytest.mark.django_db


def kept(state: State = State.PARKED, feed: str = "winpath", **more) -> int:
    number = InboundMessage.objects.model
    with scoped(SYSTEM):
        digest = len(queue.listed(count=1000)).to_bytes(4, "big")
        return number.objects.create(
            feed=feed, control_id="1", digest=digest, raw=b"MSH", state=state, **more
        ).pk


def states(*numbers: int) -> list[State]:
    return [queue.entry(number).state for number in numbers]


def test_messages_are_listed_the_newest_first_and_page_by_page():
    numbers = [kept() for _ in range(5)]

    first = queue.listed(count=2)
    second = queue.listed(before=first[-1].id, count=2)

    assert [one.id for one in [*first, *second]] == numbers[:0:-1]


def test_they_are_listed_by_state_and_feed():
    kept(State.DONE)
    parked, elsewhere = kept(), kept(feed="pas")

    assert [one.id for one in queue.listed([State.PARKED])] == [elsewhere, parked]
    assert [one.id for one in queue.listed(feed="pas")] == [elsewhere]
    assert queue.counts() == {State.PARKED: 2}


def test_what_is_parked_can_be_read_again():
    number = kept(attempts=6, place="OBX-5", error="no number")

    assert queue.read_again([number, 0]) == [number]

    again = queue.entry(number)
    assert (again.state, again.attempts, again.place, again.error) == (State.WAITING, 0, "", "")


def test_what_is_set_aside_says_why_and_can_be_taken_up_again():
    number = kept()

    assert queue.set_aside([number], "Sent again by telephone") == [number]
    assert queue.entry(number).note == "Sent again by telephone"
    assert states(number) == [State.SET_ASIDE]
    assert queue.read_again([number]) == [number]


def test_what_is_done_is_not_set_aside():
    number = kept(State.DONE)

    assert queue.set_aside([number], "") == []
    assert states(number) == [State.DONE]


def test_the_bytes_are_given_as_they_came():
    assert queue.raw_of(kept()) == b"MSH"
    assert queue.raw_of(0) == b""
    assert queue.entry(0) is None


def test_a_patient_is_held_up_by_their_own_messages_alone():
    lane = lane_of(NHS_NUMBER, "9991000003")
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO portal_fhir_token (patient, number, resource_type, name, hash)"
            " VALUES ('amina', 1, 'Patient', 'identifier', %s)",
            [int.from_bytes(lane, "big", signed=True)],
        )
    kept(State.WAITING, person=lane)
    assert not queue.holds_up("amina")

    number = kept(person=lane)
    assert queue.holds_up("amina")
    assert not queue.holds_up("ben")

    queue.set_aside([number], "")
    assert not queue.holds_up("amina")

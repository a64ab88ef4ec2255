"""A hospital's word and a patient's booking meet in two times, in either order.

Whoever is first is stopped at the moment after writing the claim, until the other waits for them.
"""

import threading
from contextlib import contextmanager
from datetime import UTC, datetime

import psycopg
import pytest
from django.db import connection

from fhir.access import SYSTEM
from fhir.store import Repository
from portal.appointments import actions
from portal.appointments.models import Claim
from portal.appointments.refusing import CannotBook
from portal.appointments.rules import Refusal, State
from tests.builders import a_patient
from tests.faults.waiting import until
from tests.portal.appointments import truth
from tests.portal.appointments.clinic import (
    DETAILS,
    appointment,
    booked,
    choice,
    claim,
    claims_with,
    held,
    ordered,
    published,
    records_of,
    slots_of,
)
from tests.portal.appointments.diary import put

_GATE = 7_302_099
_STOPPED = f"""
CREATE FUNCTION stopped() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_advisory_xact_lock_shared({_GATE}); RETURN NULL; END $$
"""
_STOPS = """
CREATE TRIGGER stopped AFTER INSERT OR UPDATE ON portal_claim FOR EACH ROW
WHEN (NEW.ticket = '{ticket}') EXECUTE FUNCTION stopped()
"""
_WAITING = """
SELECT count(*) FILTER (WHERE wait_event = 'advisory'),
  count(*) FILTER (WHERE wait_event <> 'advisory')
FROM pg_stat_activity
WHERE datname = current_database() AND usename = 'daybook_app' AND wait_event_type = 'Lock'
"""
_RINGS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
# What the hospital says of a visit in the first of three times: where it begins, where it ends.
WORDS = {"into-the-first": (1, 1), "into-the-second": (2, 2), "into-both": (1, 2), "longer": (0, 1)}


@pytest.fixture
def morning(own_database, moved_clock):
    moved_clock.move_to(datetime(2026, 3, 12, 9, tzinfo=UTC))
    return slots_of(published())


@pytest.fixture
def three():
    """Give three patients, each with a ticket."""
    numbers = ("9991000003", "9991000011", "9990000018")
    keys = [Repository(SYSTEM).create(a_patient(number)).id for number in numbers]
    return [(key, ordered(key)) for key in keys]


@pytest.fixture
def meet(as_superuser):
    """Do two acts at once: the second begins when the first, of this ticket, has written."""

    def met(first, ticket, second):
        as_superuser.execute(_STOPPED)
        as_superuser.execute(_STOPS.format(ticket=ticket))
        as_superuser.execute("SELECT pg_advisory_lock(%s)", [_GATE])
        came = {}
        with done(came, "first", first):
            until(as_superuser, lambda: waiting_in(as_superuser)[0], "the first has not written")
            with done(came, "second", second) as other:
                until(
                    as_superuser,
                    lambda: waiting_in(as_superuser)[1] or not other.is_alive(),
                    "the second waits for nobody",
                )
                as_superuser.execute("SELECT pg_advisory_unlock(%s)", [_GATE])
        return came["first"], came["second"]

    return met


def waiting_in(watching):
    """Return how many are stopped, and how many wait for somebody."""
    return watching.execute(_WAITING).fetchone()


@contextmanager
def done(came, name, act):
    """Do an act in a thread; what came of it, a fault as itself, is known in the end."""

    def do():
        try:
            came[name] = act()
        except Exception as fault:  # noqa: BLE001 (told to the test)
            came[name] = fault
        finally:
            connection.close()

    thread = threading.Thread(target=do)
    thread.start()
    yield thread
    thread.join()


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("act", ["holds", "confirms"])
@pytest.mark.parametrize("is_first", [True, False], ids=["hospital-first", "patient-first"])
def test_one_is_told_that_it_is_taken_or_the_clash_is_flagged(  # noqa: PLR0917 (fixtures)
    morning, three, meet, is_first, act, word
):
    (amina, hers), (ben, his), _ = three
    visit = booked(amina, hers, morning[0])
    begins, ends = (morning[n] for n in WORDS[word])
    hold = held(ben, his, morning[1], longer=True) if act == "confirms" else None

    def says():
        put(visit.key, start=begins.starts_at.isoformat(), end=ends.ends_at.isoformat())

    def books():
        records = records_of(ben)
        found = hold or actions.hold(records, ben, choice(his, morning[1], longer=True))
        return actions.confirm(records, ben, found.key, DETAILS)

    if is_first:
        heard, answer = meet(says, hers, books)
    else:
        answer, heard = meet(books, his, says)

    agree(visit, begins, ends, answer, heard)
    if is_first or act == "confirms":
        assert isinstance(answer, Claim) is not is_first


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("is_first", [True, False], ids=["hospital-first", "patient-first"])
def test_two_visits_of_one_person_meet_no_otherwise(morning, three, meet, is_first, word):
    (amina, hers), *_ = three
    visit = booked(amina, hers, morning[0])
    begins, ends = (morning[n] for n in WORDS[word])
    another = ordered(amina)
    hold = held(amina, another, morning[1], longer=True)

    def says():
        put(visit.key, start=begins.starts_at.isoformat(), end=ends.ends_at.isoformat())

    def books():
        return actions.confirm(records_of(amina), amina, hold.key, DETAILS)

    if is_first:
        heard, answer = meet(says, hers, books)
    else:
        answer, heard = meet(books, another, says)

    agree(visit, begins, ends, answer, heard)
    assert isinstance(answer, Claim) is not is_first


def test_where_each_waits_for_the_other_the_database_ends_one_and_neither_word_is_lost(
    morning, three, as_superuser
):
    """The patient has the first of two slots and the hold; the hospital the second."""
    (amina, hers), (ben, his), (cyd, theirs) = three
    visit = booked(amina, hers, morning[-1])
    first, begins, ends = next(row for row in in_a_row(morning[:-1]) if row[0].slot < row[1].slot)
    hold, before = held(ben, his, first, longer=True), held(cyd, theirs, ends)
    while before.key > hold.key:  # the hospital comes to what is held in the order of keys
        hold, before = held(ben, his, first, longer=True), held(cyd, theirs, ends)

    def says():
        put(visit.key, start=begins.starts_at.isoformat(), end=ends.ends_at.isoformat())

    def books():
        return actions.confirm(records_of(ben), ben, hold.key, DETAILS)

    def wait(count):
        until(as_superuser, lambda: waiting_in(as_superuser)[1] == count, f"{count} do not wait")

    came = {}
    with psycopg.connect(as_superuser.info.dsn) as blocking:
        blocking.execute("SELECT FROM portal_claim WHERE key = %s FOR UPDATE", [before.key])
        with done(came, "heard", says):
            wait(1)
            with done(came, "answer", books):
                wait(2)
                blocking.rollback()

    until(as_superuser, lambda: as_superuser.execute(_RINGS).fetchone()[0], "there was no ring")
    agree(visit, begins, ends, came["answer"], came["heard"])


def in_a_row(slots):
    rows = zip(slots, slots[1:], slots[2:], strict=False)
    return [row for row in rows if row[0].local_date == row[2].local_date]


def agree(visit, begins, ends, answer, heard):
    """The hospital's word stands, and whoever booked is told so, or the visit is flagged."""
    assert heard is None
    told, now = appointment(visit), claim(visit.key)
    assert (told["start"], told["end"]) == (begins.starts_at.isoformat(), ends.ends_at.isoformat())
    assert (now.state, now.slot) == (State.BOOKED, begins.slot)
    others = claims_with(booked_at__isnull=False)
    if isinstance(answer, Claim):
        assert {one.key for one in others} == {visit.key, answer.key}
        assert claim(answer.key).state == State.BOOKED
        assert now.orphaned_at
    else:
        assert isinstance(answer, CannotBook)
        assert answer.refusal in {Refusal.TAKEN, Refusal.EXPIRED}
        assert [one.key for one in others] == [visit.key]
        assert (now.orphaned_at, now.ends_at) == (None, ends.ends_at)
    assert truth.broken() == {}

"""The database goes away in the middle of an act: afterwards all of it has happened, or none."""

import threading
from datetime import UTC, datetime

import psycopg
import pytest
from django.db import DatabaseError, connection

from fhir.access import SYSTEM
from fhir.store import Repository
from portal.appointments import actions
from portal.appointments.actions import Why
from portal.appointments.rules import State
from tests.builders import a_patient
from tests.faults.waiting import until
from tests.portal.appointments import truth
from tests.portal.appointments.clinic import (
    DETAILS,
    appointment,
    appointments_of,
    booked,
    claim,
    held,
    ordered,
    published,
    records_of,
    slots_of,
)


@pytest.fixture
def morning(own_database, moved_clock):
    moved_clock.move_to(datetime(2026, 3, 12, 9, tzinfo=UTC))
    return slots_of(published())


@pytest.fixture
def amina(morning):
    """Give Amina's key and her ticket."""
    key = Repository(SYSTEM).create(a_patient("9991000003")).id
    return key, ordered(key)


def killed_while_it_waits(act, slot, watching, blocking):
    """Do an act whose connection is ended when it has come to the Slot; return how it failed."""
    blocking.execute(
        "SELECT FROM portal_fhir_resource WHERE resource_type = 'Slot' AND logical_id = %s"
        " FOR UPDATE",
        [slot.slot],
    )
    failed = []

    def do():
        try:
            act()
        except DatabaseError as fault:
            failed.append(fault)
        finally:
            connection.close()

    acting = threading.Thread(target=do)
    acting.start()

    def waits():
        return watching.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
            " AND usename = 'daybook_app' AND wait_event_type = 'Lock'"
        ).fetchone()

    until(watching, waits, "nobody waits for the slot")
    watching.execute("SELECT pg_terminate_backend(%s)", waits())
    acting.join()
    blocking.rollback()
    return failed


@pytest.fixture
def kill(as_superuser):
    with psycopg.connect(as_superuser.info.dsn) as blocking:
        yield lambda act, slot: killed_while_it_waits(act, slot, as_superuser, blocking)


def test_a_confirm_whose_connection_dies_books_nothing_and_can_be_said_again(morning, amina, kill):
    key, ticket = amina
    hold = held(key, ticket, morning[0])

    def confirm():
        return actions.confirm(records_of(key), key, hold.key, DETAILS)

    assert len(kill(confirm, morning[0])) == 1

    assert claim(hold.key).state == State.HELD
    assert appointments_of(key) == []
    assert truth.broken() == {}
    assert confirm().state == State.BOOKED
    assert truth.broken() == {}


def test_a_move_whose_connection_dies_leaves_the_old_booking_as_it_was(morning, amina, kill):
    key, ticket = amina
    old = booked(key, ticket, morning[0])
    hold = held(key, ticket, morning[5], moving=old.key)

    def move():
        return actions.move(records_of(key), key, hold.key)

    assert len(kill(move, morning[5])) == 1

    assert claim(old.key).state == State.BOOKED
    assert appointment(old)["status"] == "booked"
    assert truth.broken() == {}
    assert move().state == State.BOOKED
    assert truth.broken() == {}


def test_a_cancel_whose_connection_dies_cancels_nothing(morning, amina, kill):
    key, ticket = amina
    booking = booked(key, ticket, morning[0])

    def cancel():
        return actions.cancel(records_of(key), key, str(booking.key), Why.OTHER)

    assert len(kill(cancel, morning[0])) == 1

    assert appointment(booking)["status"] == "booked"
    assert truth.broken() == {}
    assert cancel().state == State.CANCELLED

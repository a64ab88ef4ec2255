from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from portal import clock


def asked_in_sql() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT daybook_now()")
        return cursor.fetchone()[0]


def test_time_is_real_time_and_costs_no_query_unless_it_may_move():
    before = datetime.now(UTC)

    assert before <= clock.now() <= datetime.now(UTC)


def test_the_clock_does_not_move_outside_demonstrations_and_tests():
    with pytest.raises(clock.ClockMayNotMove):
        clock.move(timedelta(days=1))


def test_moving_the_clock_moves_it_for_pages_and_for_sql(moved_clock):
    before = clock.now()

    moved_clock.move(days=3)

    assert timedelta(days=3) <= clock.now() - before < timedelta(days=3, minutes=1)
    assert timedelta(days=3) <= asked_in_sql() - before < timedelta(days=3, minutes=1)


def test_the_clock_can_be_set_to_a_moment(moved_clock):
    tuesday = datetime(2026, 11, 24, 10, tzinfo=UTC)

    assert tuesday <= moved_clock.move_to(tuesday) < tuesday + timedelta(minutes=1)


def test_a_database_that_does_not_allow_it_keeps_its_clock(own_database, as_superuser, settings):
    settings.CLOCK_MAY_MOVE = True
    as_superuser.execute("UPDATE daybook_clock SET may_move = false")

    with pytest.raises(DatabaseError, match="does not let its clock be moved"):
        clock.move(timedelta(days=1))


def test_the_application_cannot_allow_it_for_itself(own_database):
    with connection.cursor() as cursor, pytest.raises(DatabaseError, match="permission denied"):
        cursor.execute("UPDATE daybook_clock SET may_move = true")


async def test_an_event_loop_may_ask_for_the_time(own_database, as_superuser, settings):
    settings.CLOCK_MAY_MOVE = True
    as_superuser.execute("SELECT daybook_move_clock(interval '3 days')")
    clock.forget()

    ahead = clock.now() - datetime.now(UTC)

    clock.forget()
    assert timedelta(days=2, hours=23) < ahead <= timedelta(days=3)


def test_the_time_is_known_in_a_transaction_that_has_failed(moved_clock):
    before = moved_clock.move(days=1)
    transaction.set_rollback(True)
    clock.forget()

    assert clock.now() >= before
    transaction.set_rollback(False)


def test_a_running_service_follows_the_clock(site):
    site.start("web")

    before = site.now()
    site.move_clock(days=40)

    assert timedelta(days=40) <= site.now() - before < timedelta(days=40, minutes=1)

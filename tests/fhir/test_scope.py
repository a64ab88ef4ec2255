"""What the database shows inside, around and after a scope."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from fhir.access import EVERYONE, NOBODY, READING, SYSTEM, Grant, Kind, Viewer
from fhir.scope import scoped

AMINA = Viewer(
    Kind.PATIENT, "Patient/amina", "Amina", grants=(Grant(frozenset({"amina"}), EVERYONE, READING),)
)


def shown():
    """Return the patients and labels that the database shows now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(current_setting('daybook.patients', true), ''),"
            " coalesce(current_setting('daybook.sees', true), '')"
        )
        return cursor.fetchone()


def test_a_scope_within_another_ends_with_the_outer_ones_settings(db):
    with scoped(SYSTEM):
        outer = shown()
        with scoped(AMINA):
            assert shown() == ("amina,", "0")
            with scoped(NOBODY):
                assert shown() == (",", "0")
            assert shown() == ("amina,", "0")
        assert shown() == outer == ("*", "31")
    assert shown() == ("", "")


def test_a_scope_that_fails_leaves_the_outer_ones_settings(db):
    with scoped(SYSTEM):
        with pytest.raises(ZeroDivisionError), scoped(AMINA), scoped(SYSTEM):
            _ = 1 / 0
        assert shown() == ("*", "31")
        with scoped(AMINA):
            assert shown() == ("amina,", "0")
    assert shown() == ("", "")


def test_a_failed_statement_inside_takes_its_scope_with_it(db):
    with scoped(AMINA):
        with pytest.raises(Exception, match="division by zero"), scoped(SYSTEM):
            connection.cursor().execute("SELECT 1 / 0")
        assert shown() == ("amina,", "0")


def test_the_same_scope_again_asks_the_database_for_nothing_but_a_savepoint(db):
    with scoped(SYSTEM), CaptureQueriesContext(connection) as queries, scoped(SYSTEM):
        assert True
    said = [one["sql"].split()[0] for one in queries.captured_queries]
    assert said == ["SAVEPOINT", "RELEASE"]


def test_the_same_viewer_in_between_another_is_set_anew(db):
    with scoped(SYSTEM), scoped(AMINA), scoped(SYSTEM):
        assert shown() == ("*", "31")


def test_a_transaction_of_somebody_elses_around_shows_nothing_afterwards(db):
    with transaction.atomic():
        with scoped(SYSTEM):
            assert shown() == ("*", "31")
        assert shown() == ("", "")
    with scoped(AMINA):
        assert shown() == ("amina,", "0")


def test_each_transaction_begins_with_nothing(own_database):
    with scoped(SYSTEM):
        assert shown() == ("*", "31")
    assert shown() == ("", "")
    with scoped(SYSTEM):
        assert shown() == ("*", "31")

"""Several statements in one journey to the database and back."""

import uuid
from datetime import UTC, datetime

import pytest
from django.db import DataError, connection, transaction

from fhir import arrays
from fhir.dates import EARLIEST, LATEST
from fhir.labels import Label

pytestmark = pytest.mark.django_db

LONG = "x" * 4_000_000  # more than any socket takes at once


def test_each_statement_sees_what_those_before_it_did():
    made = "CREATE TEMPORARY TABLE said (words text) ON COMMIT DROP"

    answers = arrays.in_turn(
        (made, []), ("INSERT INTO said VALUES (%s), (%s)", ["a", "b"]), ("TABLE said", [])
    )

    assert (answers[1].touched, answers[2].rows) == (2, [("a",), ("b",)])


def test_what_is_longer_than_a_socket_takes_goes_there_and_back():
    there = arrays.in_turn(*[("SELECT length(%s)", [LONG])] * 5)
    and_back = arrays.in_turn(*[("SELECT %s::text", [LONG])] * 5)

    assert [one.rows for one in there] == [[(len(LONG),)]] * 5
    assert [one.rows for one in and_back] == [[(LONG,)]] * 5


def test_where_one_fails_so_does_the_journey_and_the_connection_lives():
    with pytest.raises(DataError), transaction.atomic():
        arrays.in_turn(("SELECT 1", []), ("SELECT 1 / %s", [0]), ("SELECT 2", []))

    with connection.cursor() as cursor:
        cursor.execute("SELECT 3")
        assert cursor.fetchone() == (3,)


def test_arrays_of_each_kind_come_back_as_they_went():
    there = {
        "bool": [True, None, False],
        "bytea": [b"", bytes(range(256)), None],
        "bigint": [2**63 - 1, -(2**63), 0, None],
        "int": [2**31 - 1, -(2**31), None],
        "text": ["", None, '\u00c5sa \u2028 \U0001f600 {,}"NULL\\%s', *Label.__members__],
        "timestamptz": [EARLIEST, LATEST, datetime(1999, 12, 31, 23, 59, 59, 999_999, UTC), None],
        "uuid": [uuid.UUID(int=2**128 - 1), None],
    }

    for kind, values in there.items():
        asked = f"SELECT %b::{kind}[], %s::text, '%%b', %b::{kind}[]"
        assert arrays.ask(asked, [values, "beside", []]).rows == [(values, "beside", "%b", [])]


def test_nothing_asked_is_answered_with_nothing():
    assert arrays.in_turn() == []

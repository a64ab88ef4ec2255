"""The range mark: 144 pixels of which the usual range is the middle half."""

from decimal import Decimal

import pytest

from portal.record.ranges import Range
from portal.results.mark import Mark, Point, mark
from tests.portal.results.readings import USUAL, a_reading

UPPER = Range(high=Decimal("0.41"), high_open=True)
LOWER = Range(low=Decimal(60))


@pytest.mark.parametrize(
    ("value", "usual", "point"),
    [
        ("115", USUAL, Point("disc", 36)),
        ("140", USUAL, Point("disc", 72)),
        ("165", USUAL, Point("disc", 108)),
        ("112", USUAL, Point("diamond", 31.7)),
        ("170", USUAL, Point("diamond", 115.2)),
        ("400", USUAL, Point("beyond-right", 144)),
        ("10", USUAL, Point("beyond-left", 0)),
        ("0.38", UPPER, Point("disc", 100.1)),
        ("0.44", UPPER, Point("diamond", 115.9)),
        ("0", UPPER, Point("disc", 5)),
        ("78", LOWER, Point("disc", 46.8)),
        ("38", Range(low=Decimal(50)), Point("diamond", 27.4)),
        ("<0.1", UPPER, Point("less", 26.3)),
        ("<0.001", UPPER, Point("less", 5)),
        (">200", USUAL, Point("more", 139)),
    ],
)
def test_a_value_stands_where_it_lies(value, usual, point):
    assert mark(a_reading(value, usual=usual)).points == (point,)


@pytest.mark.parametrize(
    ("usual", "drawn"),
    [(USUAL, (36, 108, (36, 108))), (UPPER, (0, 108, (108,))), (LOWER, (36, 144, (36,)))],
)
def test_the_band_runs_to_the_end_where_there_is_no_limit(usual, drawn):
    made = mark(a_reading("100", usual=usual))

    assert (made.left, made.right, made.edges) == drawn


@pytest.mark.parametrize(
    "usual",
    [
        Range(),
        Range(text="Negative"),
        Range(high=Decimal(0)),
        Range(low=Decimal(-2)),
        Range(Decimal(5), Decimal(5)),
    ],
)
def test_nothing_is_drawn_where_a_range_gives_no_scale(usual):
    assert mark(a_reading("5", usual=usual)) is None


def test_nothing_is_drawn_of_what_is_not_a_number():
    assert mark(a_reading("1", number=None, text="Positive")) is None


def test_an_old_value_is_drawn_first_and_kept_on_the_mark():
    usual = Range(Decimal(80), Decimal(100))

    assert mark(a_reading("83", usual=usual), old=Decimal(38)) == Mark(
        36, 108, (36, 108), (Point("old", 7), Point("disc", 46.8))
    )

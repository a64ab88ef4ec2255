"""The usual range: its words, and where a value lies."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.record.ranges import Range, Side, digits

BOTH = Range(Decimal("3.80"), Decimal("5.80"))
UPPER = Range(high=Decimal("0.41"), high_open=True)
LOWER = Range(low=Decimal(60))


@pytest.mark.parametrize(
    ("usual", "said"),
    [
        (BOTH, "3.80 to 5.80"),
        (UPPER, "less than 0.41"),
        (Range(high=Decimal(5)), "up to 5"),
        (LOWER, "60 or more"),
        (Range(low=Decimal(60), low_open=True), "more than 60"),
        (Range(text="Negative"), "Negative"),
        (Range(), ""),
    ],
)
def test_a_range_is_said_with_the_digits_it_was_sent_with(usual, said):
    assert usual.said == said


@pytest.mark.parametrize(
    ("usual", "value", "side"),
    [
        (BOTH, "3.80", Side.WITHIN),
        (BOTH, "3.79", Side.BELOW),
        (BOTH, "5.81", Side.ABOVE),
        (UPPER, "0.41", Side.ABOVE),
        (UPPER, "0.40", Side.WITHIN),
        (Range(high=Decimal("0.41")), "0.41", Side.WITHIN),
        (LOWER, "60", Side.WITHIN),
        (LOWER, "59.9", Side.BELOW),
        (Range(text="Negative"), "1", None),
        (Range(), "1", None),
    ],
)
def test_a_number_lies_on_one_side(usual, value, side):
    assert usual.side(Decimal(value)) is side


@pytest.mark.parametrize(
    ("usual", "comparator", "limit", "side"),
    [
        (UPPER, "<", "0.1", Side.WITHIN),
        (UPPER, "<", "0.41", Side.WITHIN),
        (UPPER, "<=", "0.41", None),
        (UPPER, "<", "1", None),
        (BOTH, "<", "3.80", Side.BELOW),
        (BOTH, "<=", "3.80", None),
        (BOTH, "<", "5", None),
        (BOTH, ">", "5.80", Side.ABOVE),
        (BOTH, ">", "4", None),
        (LOWER, ">", "90", Side.WITHIN),
        (LOWER, ">=", "60", Side.WITHIN),
        (LOWER, ">", "10", None),
    ],
)
def test_less_than_and_more_than_are_placed_only_where_all_of_it_lies_on_one_side(
    usual, comparator, limit, side
):
    assert usual.side(Decimal(limit), comparator) is side


numbers = st.decimals(-100, 100, places=1)


limits = st.tuples(st.none() | numbers, st.none() | numbers).map(
    lambda pair: sorted(pair) if None not in pair else pair
)


@given(limits, st.booleans(), numbers, numbers, st.sampled_from(["<", "<="]))
def test_all_that_less_than_may_mean_lies_where_it_is_said_to(
    limits, opened, limit, below, comparator
):
    usual = Range(*limits, low_open=opened, high_open=opened)
    said = usual.side(limit, comparator)
    may_be = below < limit or (below == limit and comparator == "<=")

    assert said is None or not may_be or usual.side(below) is said


def test_digits_have_no_exponent():
    assert [digits(Decimal(text)) for text in ("1E+3", "1.50", "-0.0")] == ["1000", "1.50", "-0.0"]

"""The sparkline of the home page."""

from decimal import Decimal

from portal.record.ranges import Range
from portal.results.spark import Spark, spark
from tests.portal.results.readings import a_reading, course

STEADY = course(("2025-12-10", "120"), ("2026-01-09", "130"), ("2026-02-08", "165"))


def test_it_is_true_to_time_and_to_the_range_of_the_last_point():
    assert spark(STEADY) == Spark(band=(4, 20), line=((4, 22), (43, 18), (82, 4)), outside=False)


def test_a_point_outside_is_marked_so():
    assert spark([*STEADY, a_reading("112")]).outside


def test_a_range_with_one_limit_runs_to_the_edge():
    usual = Range(low=Decimal(115))
    readings = course(("2026-01-01", "130"), ("2026-02-01", "140"), usual=usual)

    assert spark(readings).band == (0, 24)


def test_without_a_range_there_is_no_band():
    assert spark(course(("2026-01-01", "1"), ("2026-02-01", "1"), usual=Range())).band is None


def test_nothing_is_drawn_where_a_line_would_mislead():
    one, two = STEADY[:2]

    assert spark([one]) is None
    assert spark([one, a_reading("13.1", unit="g/dL")]) is None
    assert spark([one, a_reading("<100")]) is None
    assert spark([one, a_reading("100", at_text="2026")]) is None
    assert spark([two, a_reading("1", number=None, text="Clotted")]) is None
    assert spark([one, one]) is None

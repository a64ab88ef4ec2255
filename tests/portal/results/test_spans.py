"""How far back a chart looks, and what its time axis names."""

from datetime import datetime

import pytest

from portal.record.dates import LONDON
from portal.results.spans import SPANS, chosen, start_of, ticks
from tests.portal.results.readings import NOW, at

SIX_MONTHS, YEAR, FIVE_YEARS, ALL = SPANS


def labels(start, end=NOW):
    return [tick.label for tick in ticks(at(start), end)]


def test_a_span_begins_on_the_same_day_of_an_earlier_month():
    assert start_of(SIX_MONTHS, NOW) == datetime(2025, 9, 12, tzinfo=LONDON)
    assert start_of(FIVE_YEARS, NOW) == datetime(2021, 3, 12, tzinfo=LONDON)
    assert start_of(ALL, NOW) is None


def test_the_last_day_of_a_short_month_stands_for_days_it_does_not_have():
    august = datetime(2026, 8, 31, 9, 0, tzinfo=LONDON)

    assert start_of(SIX_MONTHS, august) == datetime(2026, 2, 28, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("days", "span"),
    [
        (["2025-10-01", "2025-12-01", "2026-03-10"], SIX_MONTHS),
        (["2025-05-01", "2025-12-01", "2026-03-10"], YEAR),
        (["2021-05-01", "2025-12-01", "2026-03-10"], FIVE_YEARS),
        (["2012-05-01", "2025-12-01", "2026-03-10"], ALL),
        (["2026-03-10"], ALL),
        ([], ALL),
    ],
)
def test_the_shortest_span_with_three_results_is_shown_first(days, span):
    assert chosen("", [at(day) for day in days], NOW) is span


def test_the_span_that_is_asked_for_is_shown_whatever_it_holds():
    assert chosen("1y", [], NOW) is YEAR
    assert chosen("7d", [], NOW) is ALL


def test_ticks_name_years_quarters_months_or_days():
    assert labels("2021-03-12") == ["2022", "2023", "2024", "2025", "2026"]
    assert labels("2025-03-12") == ["April", "July", "October", "Jan 2026"]
    assert labels("2025-09-12") == ["Oct", "Nov", "Dec", "Jan", "Feb", "Mar"]
    assert labels("2026-02-20") == ["24 Feb", "28 Feb", "4 Mar", "8 Mar", "12 Mar"]


def test_an_axis_of_many_years_names_every_other_one():
    assert labels("2016-06-01") == ["2018", "2020", "2022", "2024", "2026"]


def test_no_tick_lies_outside_the_axis():
    start = at("2025-09-12")

    assert all(start <= tick.at <= NOW for tick in ticks(start, NOW))

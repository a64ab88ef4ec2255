from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir.dates import EARLIEST, LATEST, is_calendar_date, span_of


def at(*parts):
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("2026", at(2026, 1, 1), at(2027, 1, 1)),
        ("2026-12", at(2026, 12, 1), at(2027, 1, 1)),
        ("2026-02-28", at(2026, 2, 28), at(2026, 3, 1)),
        # A day without an offset is the hospital's: in summer it begins at 23:00 UTC.
        ("2026-07-01", at(2026, 6, 30, 23), at(2026, 7, 1, 23)),
        # The day the clocks go forward has 23 hours.
        ("2026-03-29", at(2026, 3, 29), at(2026, 3, 29, 23)),
        ("2026-03-01T09:30", at(2026, 3, 1, 9, 30), at(2026, 3, 1, 9, 31)),
        ("2026-03-01T09:30:15Z", at(2026, 3, 1, 9, 30, 15), at(2026, 3, 1, 9, 30, 16)),
        ("2026-03-01T09:30:15+02:00", at(2026, 3, 1, 7, 30, 15), at(2026, 3, 1, 7, 30, 16)),
        (
            "2026-03-01T09:30:15.25Z",
            at(2026, 3, 1, 9, 30, 15, 250_000),
            at(2026, 3, 1, 9, 30, 15, 260_000),
        ),
        (
            "2026-03-01T09:30:15.1234567Z",
            at(2026, 3, 1, 9, 30, 15, 123_456),
            at(2026, 3, 1, 9, 30, 15, 123_457),
        ),
        ("2016-12-31T23:59:60Z", at(2017, 1, 1), at(2017, 1, 1, 0, 0, 1)),
        ("9999", at(9999, 1, 1), LATEST),
        ("9999-12-31", at(9999, 12, 31), LATEST),
        ("9999-12-31T23:59:59-12:00", LATEST, LATEST),
        ("0001-01-01T00:00:00+14:00", EARLIEST, EARLIEST + timedelta(seconds=1)),
    ],
)
def test_a_date_covers_the_time_it_was_written_to(text, low, high):
    assert span_of(text) == (low, high)


@pytest.mark.parametrize(
    "text",
    ["", "26", "2026-1", "2026-13", "2026-02-30", "2026-W01", "20260101", "2026-01-01T10", "x"],
)
def test_what_is_no_date_is_refused(text):
    with pytest.raises(ValueError):
        span_of(text)


# Clear of both ends of the calendar, whatever the zone.
_FIRST, _LAST = (datetime(*day) for day in ((1, 1, 3), (9999, 12, 29)))  # noqa: DTZ001 (local)


@given(st.datetimes(min_value=_FIRST, max_value=_LAST))
def test_a_coarser_date_covers_a_finer_one(moment):
    spans = [span_of(text) for text in _padded(moment)]

    for wide, narrow in pairwise(spans):
        assert wide.low <= narrow.low < narrow.high <= wide.high


def _padded(moment):
    day = moment.date().isoformat()
    return [day[:4], day[:7], day, moment.replace(microsecond=0).isoformat()]


@given(st.integers(1, 9999), st.integers(1, 12), st.integers(1, 31))
def test_a_day_exists_if_the_calendar_says_so(year, month, day):
    try:
        datetime(year, month, day)  # noqa: DTZ001 (only whether it exists)
        exists = True
    except ValueError:
        exists = False

    assert is_calendar_date(f"{year:04}-{month:02}-{day:02}T10:00:00Z") is exists

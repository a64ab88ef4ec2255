"""Dates and times as people say them, in London."""

from datetime import UTC, datetime

import pytest

from portal.record import dates

NINE = datetime(2026, 3, 12, 9, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("2026-03-31T08:20:00+00:00", "9:20am"),
        ("2026-03-10T09:00:00+00:00", "9am"),
        ("2026-03-10T12:00:00+00:00", "midday"),
        ("2026-03-10T12:01:00+00:00", "12:01pm"),
        ("2026-03-10T00:00:00+00:00", "midnight"),
        ("2026-03-10T00:05:00+00:00", "12:05am"),
        ("2026-07-10T20:30:00+00:00", "9:30pm"),
    ],
)
def test_times_are_said_in_london_whatever_zone_they_came_in(moment, said):
    assert dates.clock(datetime.fromisoformat(moment)) == said


@pytest.mark.parametrize(
    ("recorded", "whole", "day", "month"),
    [
        ("2019", "2019", "2019", "2019, month unknown"),
        ("2019-05", "May 2019", "May 2019", "May 2019"),
        ("2019-05-03", "3 May 2019", "3 May 2019", "May 2019"),
        ("2026-03-10T09:15:00Z", "10 March 2026, 9:15am", "10 March 2026", "March 2026"),
        ("2026-03-31T23:30:00Z", "1 April 2026, 12:30am", "1 April 2026", "April 2026"),
        ("", "Day not recorded", "Day not recorded", "Day not recorded"),
    ],
)
def test_a_date_is_no_more_exact_than_it_was_sent(recorded, whole, day, month):
    assert dates.as_recorded(recorded) == whole
    assert dates.day_as_recorded(recorded) == day
    assert dates.month_as_recorded(recorded) == month


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("2026-03-12T08:41:00+00:00", "at 8:41am today"),
        ("2026-03-11T16:10:00+00:00", "yesterday at 4:10pm"),
        ("2026-03-03T16:10:00+00:00", "on 3 March at 4:10pm"),
        ("2025-12-09T16:10:00+00:00", "on 9 December 2025 at 4:10pm"),
    ],
)
def test_how_long_ago_is_said_as_one_says_it_aloud(moment, said):
    assert dates.ago(datetime.fromisoformat(moment), NINE) == said


@pytest.mark.parametrize(
    ("hour", "said"), [(0, "Good morning"), (12, "Good afternoon"), (18, "Good evening")]
)
def test_the_greeting_follows_the_clock(hour, said):
    assert dates.greeting(NINE.replace(hour=hour)) == said


def test_a_day_is_named_with_its_weekday():
    assert dates.weekday(datetime(2026, 3, 31, 8, 0, tzinfo=UTC)) == "Tuesday 31 March 2026"

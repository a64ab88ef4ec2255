"""When reminders are due, and when nobody is disturbed: on London's clock."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.notices import rules
from portal.notices.kinds import Kind


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


MONTH_BEFORE = timedelta(days=30)


def reminders(starts_at, told_at, *, is_video=False):
    return dict(rules.reminders(starts_at, told_at, is_video=is_video))


def test_people_are_reminded_seven_three_and_one_days_before_at_the_same_time_of_day():
    starts_at = at("2026-05-20T08:20")

    assert reminders(starts_at, starts_at - MONTH_BEFORE) == {
        Kind.IN_7_DAYS: at("2026-05-13T08:20"),
        Kind.IN_3_DAYS: at("2026-05-17T08:20"),
        Kind.TOMORROW: at("2026-05-19T08:20"),
    }


@pytest.mark.parametrize(
    ("starts_at", "week_before", "day_before"),
    [
        ("2026-03-31T08:20", "2026-03-24T09:20", "2026-03-30T08:20"),
        ("2026-10-28T09:20", "2026-10-21T08:20", "2026-10-27T09:20"),
        ("2027-03-29T08:20", "2027-03-22T09:20", "2027-03-28T08:20"),
        ("2027-11-01T09:20", "2027-10-25T08:20", "2027-10-31T09:20"),
    ],
)
def test_the_time_of_day_stays_when_the_clocks_change(starts_at, week_before, day_before):
    found = reminders(at(starts_at), at(starts_at) - MONTH_BEFORE)

    assert (found[Kind.IN_7_DAYS], found[Kind.TOMORROW]) == (at(week_before), at(day_before))


def test_a_video_visit_has_one_more_a_quarter_of_an_hour_before():
    starts_at = at("2026-05-20T08:20")

    found = reminders(starts_at, starts_at - MONTH_BEFORE, is_video=True)

    assert found[Kind.SOON] == at("2026-05-20T08:05")
    assert len(found) == 4


@pytest.mark.parametrize(
    ("told", "kinds"),
    [
        ("2026-05-12T08:20", [Kind.IN_7_DAYS, Kind.IN_3_DAYS, Kind.TOMORROW]),
        ("2026-05-12T08:21", [Kind.IN_3_DAYS, Kind.TOMORROW]),
        ("2026-05-18T08:20", [Kind.TOMORROW]),
        ("2026-05-18T08:21", []),
        ("2026-05-20T08:00", []),
    ],
)
def test_nobody_is_reminded_of_what_they_were_told_within_a_day(told, kinds):
    assert list(reminders(at("2026-05-20T08:20"), at(told))) == kinds


def test_a_reminder_never_falls_into_the_quiet_hours_nor_on_another_day():
    late, early = at("2026-05-20T21:30"), at("2026-05-20T04:00")  # half past ten, five

    assert reminders(late, late - MONTH_BEFORE)[Kind.TOMORROW] == at("2026-05-19T20:00")
    assert reminders(early, early - MONTH_BEFORE)[Kind.TOMORROW] == at("2026-05-19T05:00")


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("2026-05-20T20:59", "2026-05-20T20:59"),
        ("2026-05-20T21:00", "2026-05-21T05:00"),  # ten in the evening by British summer time
        ("2026-05-21T04:59", "2026-05-21T05:00"),
        ("2026-05-21T05:00", "2026-05-21T05:00"),
        ("2026-01-20T21:59", "2026-01-20T21:59"),
        ("2026-01-20T22:00", "2026-01-21T06:00"),
        ("2026-03-28T23:00", "2026-03-29T05:00"),  # the clocks go forward in the night
        ("2026-10-24T22:00", "2026-10-25T06:00"),
        ("2027-03-27T22:00", "2027-03-28T05:00"),
        ("2027-10-30T22:00", "2027-10-31T06:00"),
    ],
)
def test_quiet_hours_are_from_ten_to_six_by_londons_clock(now, then):
    assert rules.out_of_quiet(at(now)) == at(then)
    assert rules.is_quiet(at(now)) is (now != then)

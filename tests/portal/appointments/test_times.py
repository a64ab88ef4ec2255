"""When a clinic has slots, across every change of the clocks."""

import itertools
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.appointments.times import Time, days_between, times

LONDON = ZoneInfo("Europe/London")
SUNDAYS = {
    "spring 2026": date(2026, 3, 29),
    "autumn 2026": date(2026, 10, 25),
    "spring 2027": date(2027, 3, 28),
    "autumn 2027": date(2027, 10, 31),
}


@dataclass
class Rule:
    """A clinic at nine each day, unless it is said otherwise."""

    opens: time = time(9)
    closes: time = time(10)
    minutes: int = 20
    weekdays: list[int] = field(default_factory=lambda: [1, 2, 3, 4, 5, 6, 7])
    first_day: date = date(2026, 1, 1)
    last_day: date | None = None
    zone: str = "Europe/London"
    nation: str = ""
    exceptions: list[date] = field(default_factory=list)
    hours: list[str] = field(default_factory=list)


def starts(rule, day):
    """Return the starts of a day in UTC, as "HH:MM"."""
    return [f"{one.start:%H:%M}" for one in times(rule, [day])]


@pytest.mark.parametrize("day", SUNDAYS.values(), ids=SUNDAYS)
def test_a_clinic_at_nine_stays_at_nine_when_the_clocks_change(day):
    around = days_between(day - timedelta(days=2), day + timedelta(days=2))

    found = times(Rule(), around)

    assert len(found) == 15
    local = [one.start.astimezone(LONDON) for one in found]
    assert {at.time() for at in local} == {time(9), time(9, 20), time(9, 40)}
    assert [at.date() for at in local] == [one.local_date for one in found]
    assert {one.end - one.start for one in found} == {timedelta(minutes=20)}


def test_the_same_local_time_is_another_hour_of_utc_after_the_change():
    assert starts(Rule(), date(2026, 3, 28))[0] == "09:00"
    assert starts(Rule(), date(2026, 3, 29))[0] == "08:00"
    assert starts(Rule(), date(2026, 10, 24))[0] == "08:00"
    assert starts(Rule(), date(2026, 10, 25))[0] == "09:00"
    assert starts(Rule(), date(2027, 3, 28))[0] == "08:00"
    assert starts(Rule(), date(2027, 10, 31))[0] == "09:00"


@pytest.mark.parametrize("day", [SUNDAYS["spring 2026"], SUNDAYS["spring 2027"]])
def test_a_time_that_the_clock_skips_is_no_slot(day):
    night = Rule(opens=time(0, 30), closes=time(3), minutes=30)

    assert starts(night, day) == ["00:30", "01:00", "01:30"]
    assert [one.idx for one in times(night, [day])] == [0, 3, 4]


@pytest.mark.parametrize("day", [SUNDAYS["autumn 2026"], SUNDAYS["autumn 2027"]])
def test_of_a_time_that_comes_twice_the_first_is_taken(day):
    night = Rule(opens=time(0, 30), closes=time(2, 30), minutes=30)

    found = times(night, [day])

    before = datetime.combine(day, time(0), UTC)
    assert [one.start - before for one in found] == [
        timedelta(minutes=minutes) for minutes in (-30, 0, 30, 120)
    ]


def test_an_end_is_reckoned_in_real_minutes_and_not_on_the_clock():
    night = Rule(opens=time(0, 45), closes=time(2, 45), minutes=120)

    (only,) = times(night, [SUNDAYS["spring 2026"]])

    assert only.end - only.start == timedelta(hours=2)
    assert only.end.astimezone(LONDON).time() == time(3, 45)


def test_what_would_begin_before_the_slot_before_it_ends_is_left_out():
    night = Rule(opens=time(0, 30), closes=time(4), minutes=45)

    assert starts(night, SUNDAYS["spring 2026"]) == ["00:30", "01:45"]


def test_a_clinic_is_not_held_on_other_days_exceptions_or_outside_its_dates():
    rule = Rule(
        weekdays=[2],
        first_day=date(2026, 3, 24),
        last_day=date(2026, 4, 28),
        exceptions=[date(2026, 4, 7)],
    )

    held = {one.local_date for one in times(rule, days_between(date(2026, 3, 1), date(2026, 6, 1)))}

    assert sorted(held) == [
        date(2026, 3, 24), date(2026, 3, 31), date(2026, 4, 14), date(2026, 4, 21),
        date(2026, 4, 28),
    ]  # fmt: skip


def test_a_day_can_have_hours_of_its_own():
    rule = Rule(hours=["2026-04-08 09:20 09:40"])

    assert starts(rule, date(2026, 4, 7)) == ["08:00", "08:20", "08:40"]
    assert starts(rule, date(2026, 4, 8)) == ["08:20"]


@pytest.mark.parametrize(
    ("nation", "day", "is_held"),
    [
        ("ENG", date(2026, 4, 6), False),  # Easter Monday is one in England,
        ("SCT", date(2026, 4, 6), True),  # and none in Scotland,
        ("SCT", date(2026, 1, 2), False),  # where the second of January is,
        ("ENG", date(2026, 1, 2), True),
        ("NIR", date(2026, 3, 17), False),  # and Saint Patrick's day in Northern Ireland
        ("WLS", date(2026, 3, 17), True),
        ("", date(2026, 12, 25), True),  # a clinic may keep none
    ],
)
def test_bank_holidays_are_those_of_the_nation(nation, day, is_held):
    assert bool(times(Rule(nation=nation), [day])) is is_held


def test_a_clinic_in_another_zone_is_read_on_its_own_clock():
    assert starts(Rule(zone="Asia/Kolkata"), date(2026, 3, 29))[0] == "03:30"


@given(
    st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    st.integers(0, 23 * 60),
    st.integers(5, 180),
    st.integers(5, 600),
    st.sampled_from(
        ["Europe/London", "America/Los_Angeles", "Asia/Kolkata", "Australia/Lord_Howe"]
    ),
)
def test_slots_of_any_clinic_are_apart_in_order_and_as_the_clock_says(
    day, opens, minutes, lasts, zone
):
    begins = datetime.combine(day, time(opens // 60, opens % 60))
    ends = min(begins + timedelta(minutes=lasts), datetime.combine(day, time(23, 59)))
    rule = Rule(opens=begins.time(), closes=ends.time(), minutes=minutes, zone=zone)

    found: list[Time] = times(rule, [day])

    for one in found:
        wall = one.start.astimezone(ZoneInfo(zone))
        assert wall.replace(tzinfo=None) == begins + one.idx * timedelta(minutes=minutes)
        assert wall.fold == 0
        assert one.end - one.start == timedelta(minutes=minutes)
    assert all(one.end <= after.start for one, after in itertools.pairwise(found))

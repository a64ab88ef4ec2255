"""What a calendar file says: times on London's clock, and nothing of what a visit is for."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from portal.calendars import files
from portal.calendars.visits import Visit

LONDON = ZoneInfo("Europe/London")
SERIES = "5d0c5c86-1111-4222-8333-0123456789ab"
CHANGED = datetime(2026, 3, 12, 9, 2, tzinfo=UTC)


def a_visit(starts_at, **more):
    usual = {
        "series": SERIES,
        "sequence": 0,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=20),
        "is_off": False,
        "changed_at": CHANGED,
    }
    return Visit(**usual | more)


def lines_of(*visits):
    return files.file_of(visits).decode().replace("\r\n ", "").split("\r\n")


def test_a_visit_is_a_hospital_appointment_and_no_more():
    said = lines_of(a_visit(datetime(2026, 3, 31, 8, 20, tzinfo=UTC)))

    event = said[said.index("BEGIN:VEVENT") + 1 : said.index("END:VEVENT")]
    address = "http://localhost:8000/appointments/"
    assert sorted(event) == sorted(
        [
            "SUMMARY:Hospital appointment",
            "DTSTART;TZID=Europe/London:20260331T092000",
            "DTEND;TZID=Europe/London:20260331T094000",
            "DTSTAMP:20260312T090200Z",
            "LAST-MODIFIED:20260312T090200Z",
            f"UID:{SERIES}",
            "SEQUENCE:0",
            "STATUS:CONFIRMED",
            "TRANSP:OPAQUE",
            "CLASS:PRIVATE",
            f"DESCRIPTION:Sign in to see more\\, or to change it: {address}",
            f"URL:{address}",
        ]
    )


def test_a_visit_that_is_off_is_cancelled_and_keeps_nobody_busy():
    said = lines_of(a_visit(datetime(2026, 3, 31, 8, 20, tzinfo=UTC), is_off=True, sequence=3))

    assert {"STATUS:CANCELLED", "TRANSP:TRANSPARENT", "SEQUENCE:3"} <= set(said)


def test_no_line_is_longer_than_calendars_take():
    written = files.file_of([a_visit(datetime(2026, 3, 31, 8, 20, tzinfo=UTC))])

    assert max(map(len, written.split(b"\r\n"))) <= 75


def test_the_same_visits_make_the_same_bytes():
    visits = [a_visit(datetime(2026, 3, 31, 8, 20, tzinfo=UTC))]

    assert files.file_of(visits) == files.file_of(visits)


@pytest.mark.parametrize(
    ("utc", "wall"),
    [
        ("2026-03-28T09:20", "20260328T092000"),
        ("2026-03-29T00:59", "20260329T005900"),  # a minute before the clocks go forward
        ("2026-03-29T01:00", "20260329T020000"),
        ("2026-03-30T08:20", "20260330T092000"),
        ("2026-10-24T08:20", "20261024T092000"),
        ("2026-10-25T00:30", "20261025T013000"),  # the first of two half past ones
        ("2026-10-25T02:00", "20261025T020000"),
        ("2026-10-26T09:20", "20261026T092000"),
        ("2027-03-27T09:20", "20270327T092000"),
        ("2027-03-28T08:20", "20270328T092000"),
        ("2027-10-30T08:20", "20271030T092000"),
        ("2027-10-31T09:20", "20271031T092000"),
    ],
)
def test_a_time_is_said_as_clocks_in_london_show_it(utc, wall):
    said = lines_of(a_visit(datetime.fromisoformat(f"{utc}:00+00:00")))

    assert f"DTSTART;TZID=Europe/London:{wall}" in said


def test_the_rule_of_clocks_in_the_file_is_that_of_the_database_of_zones():
    written = Calendar.from_ical(files.file_of([]))
    (rule,) = written.timezones
    from_file = rule.to_tz(lookup_tzid=False)

    wrong = []
    for year in range(2026, 2037):
        noons = [datetime(year, 1, 1, 12) + timedelta(hours=6 * n) for n in range(4 * 365)]  # noqa: DTZ001 (on clocks of the wall)
        wrong += [
            noon
            for noon in noons
            if noon.replace(tzinfo=from_file).utcoffset() != noon.replace(tzinfo=LONDON).utcoffset()
        ]
    assert wrong == []

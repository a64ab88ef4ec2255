"""When offers are made and until when they stand, on London's clock."""

from datetime import UTC, date, datetime

import pytest

from portal.notices.rules import days_ahead
from portal.offers import rules


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-03-12T09:00", "2026-03-12T11:00"),
        ("2026-03-12T20:30", "2026-03-12T22:00"),  # never past ten
        ("2026-03-12T21:30", "2026-03-12T22:00"),
        ("2026-03-12T21:31", None),  # too little time to be asked
        ("2026-03-12T22:00", None),
        ("2026-03-13T05:59", None),
        ("2026-03-13T06:00", "2026-03-13T08:00"),
        ("2026-05-12T20:00", "2026-05-12T21:00"),  # summer time
        ("2026-05-13T04:59", None),
        ("2026-05-13T05:00", "2026-05-13T07:00"),
    ],
)
def test_an_offer_stands_for_two_hours_and_never_at_night(now, until):
    assert rules.until(at(now)) == (at(until) if until else None)


@pytest.mark.parametrize(
    ("starts_at", "now", "days"),
    [
        ("2026-03-14T00:30", "2026-03-12T23:30", 2),
        ("2026-03-30T23:30", "2026-03-28T22:00", 3),  # half past twelve, by summer time
    ],
)
def test_notice_is_counted_in_days_of_the_calendar(starts_at, now, days):
    assert days_ahead(at(starts_at), at(now)) == days


@pytest.mark.parametrize(
    ("born", "band"),
    [
        ("2010-03-13", "under 16"),
        ("2010-03-12", "16 to 24"),
        ("1967-05-02", "55 to 64"),
        ("1941-03-12", "85 and over"),
        ("1941-03-13", "75 to 84"),
    ],
)
def test_ages_stand_in_bands(born, band):
    assert rules.age_band(date.fromisoformat(born), date(2026, 3, 12)) == band

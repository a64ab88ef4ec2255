"""What pages say when the hospital's systems have been silent for too long."""

from datetime import UTC, datetime

import pytest

from portal.record.freshness import Freshness
from tests.portal.amina import a_count
from tests.portal.pages import words

PAGES = ["/", "/record/results/"]


def silent(patient):
    last_at = datetime(2026, 3, 11, 16, 10, tzinfo=UTC)
    return Freshness("stale", last_at, "the blood test laboratory", "01632 960 123")


def working(patient):
    return Freshness("current", datetime(2026, 3, 12, 8, 41, tzinfo=UTC))


@pytest.mark.parametrize("page", PAGES)
def test_a_silent_feed_is_said_above_what_may_be_old(
    her_browser, hospital, amina_yusuf, settings, page
):
    a_count(hospital, amina_yusuf)
    settings.RECORD_FRESHNESS = f"{__name__}.silent"

    said = words(her_browser.get(page))

    assert (
        "Important: Newer results may be missing We last heard from the blood test laboratory"
        " yesterday at 4:10pm."
    ) in said
    assert "Call your team on 01632 960 123" in said
    assert "up to date" not in said
    assert "Haemoglobin" in said


def test_a_working_feed_is_said_in_one_line(her_browser, settings):
    settings.RECORD_FRESHNESS = f"{__name__}.working"

    home, results = (words(her_browser.get(page)) for page in PAGES)

    assert "Your record was updated at 8:41am today" in home
    assert "Results up to date at 8:41am today" in results


def test_a_list_that_is_up_to_date_never_says_that_vaccinations_are(her_browser, settings):
    settings.RECORD_FRESHNESS = f"{__name__}.working"
    address = "/record/immunisations/"

    assert "Vaccinations This list was updated at 8:41am today" in words(her_browser.get(address))

    settings.RECORD_HELD_ELSEWHERE = frozenset({"immunisations"})
    assert "Vaccinations We do not hold this" in words(her_browser.get(address))


def test_before_any_feed_was_heard_nothing_is_claimed(her_browser):
    assert "Results as they were at 9:02am today" in words(her_browser.get(PAGES[1]))

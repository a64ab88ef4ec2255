"""Home, the front of the record, and who has looked at it."""

import pytest

from tests.portal.amina import a_count
from tests.portal.pages import words

LOG = "/record/access-log/"


def test_home_greets_and_shows_the_latest_of_different_tests(her_browser, hospital, amina_yusuf):
    a_count(hospital, amina_yusuf, "2025-12-09", hb="118")
    a_count(hospital, amina_yusuf, "2026-01-20", plt="286")
    a_count(hospital, amina_yusuf, hb="112", wbc="9.8")

    said = words(her_browser.get("/"))

    assert "Good morning, Amina" in said
    assert (
        "Latest test results Haemoglobin 112 g/L Below range 10 March"
        " Platelets 286 ×10⁹/L In range 20 January See all test results"
    ) in said


def test_home_draws_how_a_value_has_gone(her_browser, hospital, amina_yusuf):
    a_count(hospital, amina_yusuf, "2025-12-09", hb="118")
    a_count(hospital, amina_yusuf, hb="112")

    assert 'class="db-spark"' in her_browser.get("/").content.decode()


def test_home_without_results_says_what_to_do(her_browser):
    said = words(her_browser.get("/"))

    assert "You have no test results yet." in said
    assert "Nothing new since 12 March." in said


def test_those_who_are_not_signed_in_see_the_editors_home_page(client, db):
    assert "Good morning" not in words(client.get("/"))


def test_the_front_of_the_record_leads_to_its_parts(her_browser):
    body = her_browser.get("/record/").content.decode()

    assert 'href="/record/results/"' in body
    assert f'href="{LOG}"' in body


@pytest.mark.parametrize("path", ["/record/?part=sections&section=ops", "/record/?part=x"])
def test_a_part_that_does_not_exist_is_not_found(her_browser, path):
    assert her_browser.get(path).status_code == 404


def test_pages_carry_the_place_of_their_content_and_where_news_comes_from(her_browser):
    body = her_browser.get("/record/results/").content.decode()

    assert 'data-live-url="/live/"' in body
    assert 'data-cursor="' in body


def test_a_print_view_says_whose_it_is_and_when_it_was_printed(her_browser, hospital, amina_yusuf):
    report, _ = a_count(hospital, amina_yusuf)

    printed = her_browser.get(f"/record/results/{report}/?print")
    ordinary = words(her_browser.get(f"/record/results/{report}/"))

    assert (
        "Amina Yusuf . NHS number 999 100 0003 Printed 12 March 2026, 9:02am Full blood count"
    ) in words(printed)
    assert '<details class="nhsuk-details" open' in printed.content.decode()
    assert "NHS number" not in ordinary


def test_a_print_view_holds_nothing_to_choose_from(her_browser):
    printed = words(her_browser.get("/record/?print"))

    assert "Search your record" not in printed
    assert "Any year" not in printed
    assert "Print view" not in printed

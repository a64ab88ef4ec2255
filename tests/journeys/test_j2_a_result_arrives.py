"""J2: a result arrives while the patient is looking; then it is corrected, and is late once."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from portal.identity.models import Role
from tests.journeys.conftest import HAEMOGLOBIN_BEFORE
from tests.journeys.epr import BLOOD_COUNT, blood_count
from tests.journeys.results_pages import address_of_newest, column, course, drawn
from tests.journeys.visitor import Visitor, told, with_session
from tests.journeys.waiting import settled
from tests.signing_in import a_login

ONE_NEW = "1 new result Show the new result"
UPDATED = "This result has been updated Show the updated result"
HAEMOGLOBIN = BLOOD_COUNT[0]


@pytest.fixture
def taken(tuesday):
    return tuesday - timedelta(minutes=105)


@pytest.fixture
def alex(a_browser, live_site, tuesday):
    """Give Alex, who looks after the feeds, at work."""
    desk = with_session(a_browser(), a_login("Alex Byrne", Role.OPERATIONS), live_site.base_url)
    return Visitor(desk, desk.new_page())


def test_a_result_arrives_while_amina_is_looking(amina, amina_yusuf, epr, taken):
    home = amina.in_another_tab("/")
    amina.opens("/record/results/")
    expect(home.badge).to_have_count(0)
    amina.page.evaluate("() => window.scrollTo(0, 200)")
    before = rows(amina)

    with told(amina.page) as heard:
        sent = epr.posts(blood_count(amina_yusuf, "L26-1", taken))
        expect(amina.status).to_contain_text("1 new result")
        expect(home.badge).to_have_text(", 1 new")
    assert {status for status, _, _ in epr.ids(sent)} == {"201 Created"}
    assert heard == [ONE_NEW]
    assert rows(amina) == before
    amina.examines()

    amina.follows("Show the new result")
    newest = amina.page.locator("#first-new")
    expect(newest).to_be_focused()
    expect(newest).to_contain_text("White blood cells High")
    amina.examines()

    amina.follows("Full blood count", inside=newest)
    expect(home.badge).to_have_count(0)
    expect(amina.status).to_have_text(f"Blood taken {taken:%A %-d %B %Y}, 8:15am")
    assert column(amina, "name") == [test.name for test in BLOOD_COUNT]
    assert column(amina, "flag") == ["High" if test.flag else "In range" for test in BLOOD_COUNT]
    assert column(amina, "range")[0] == "Usual 115 to 165"
    assert column(amina, "range")[-1] == "Usual less than 0.41"
    amina.page.get_by_text("Where these results come from").click()
    amina.reads("Sent by Millbrook blood laboratory.")
    amina.reads(f"Results sent: {taken:%-d %B %Y}, 8:15am")
    amina.examines()

    amina.follows("Haemoglobin")
    spans = amina.page.get_by_role("navigation", name="How far back to show")
    expect(spans.locator("[aria-current]")).to_have_text("1 year")
    assert drawn(amina) == (1, 4)
    amina.follows("All", inside=spans)
    expect(spans.get_by_role("link", name="All", exact=True)).to_be_focused()
    assert drawn(amina) == (1, 1 + len(HAEMOGLOBIN_BEFORE))
    assert course(amina) == ["121", *(value for _, value in HAEMOGLOBIN_BEFORE)]
    about = amina.page.get_by_role("complementary", name="About haemoglobin")
    expect(about).to_contain_text("Haemoglobin carries oxygen around your body.")
    amina.follows("Read more about haemoglobin", inside=about)
    assert amina.heading == "Haemoglobin blood test"
    assert amina.page.locator("html").get_attribute("lang") == "en-GB"


def test_a_result_is_sent_again_then_corrected_and_then_an_older_one_comes_late(
    amina, amina_yusuf, alex, epr, taken, tuesday
):
    def count_of(value, flag="", **more):
        tests = [replace(HAEMOGLOBIN, value=value, flag=flag), *BLOOD_COUNT[1:]]
        return blood_count(amina_yusuf, "L26-1", taken, tests, status="corrected", **more)

    corrected_today = re.compile(rf"Corrected {tuesday:%-d %B %Y}, 10(:\d\d)?am")
    final = blood_count(amina_yusuf, "L26-1", taken, said=tuesday)
    sent = epr.posts(final)
    settled()
    amina.opens("/record/results/")
    home = amina.in_another_tab("/")
    report = amina.in_another_tab(address_of_newest())
    one = report.page.get_by_role("link", name="Haemoglobin").get_attribute("href")
    value = amina.in_another_tab(one)
    expect(home.badge).to_have_count(0)

    with told(amina.page) as heard, told(value.page) as heard_there:
        assert epr.posts(final).text == sent.text
        again = epr.posts(final | {"id": "sent-anew"})
        settled()
        corrected = epr.posts(count_of("112", "L", said=tuesday + timedelta(minutes=2)))
        expect(amina.status).to_contain_text("1 new result")
        expect(value.status).to_contain_text("This result has been updated")
        expect(home.badge).to_have_text(", 1 new")
    assert epr.ids(again) == [("200 OK", place, 1) for _, place, _ in epr.ids(sent)]
    assert epr.ids(corrected) == [("200 OK", place, 2) for _, place, _ in epr.ids(sent)]
    assert heard == [ONE_NEW]
    assert heard_there == [UPDATED]
    value.examines()

    value.follows("Show the updated result")
    value.reads("112 g/L Low")
    assert value.page.locator("del").inner_text() == "121 g/L"
    value.reads(corrected_today)
    assert course(value)[:2] == ["112", "124"]
    value.examines()
    expect(home.badge).to_have_count(0)
    report.opens(report.page.url).examines()
    said = column(report, "value")[0]
    assert said.startswith("Old value, wrong: 121 Correct value: 112 g/L Corrected ")
    assert corrected_today.search(said)
    assert column(report, "flag")[:2] == ["Low", "High"]

    board = alex.opens("/ops/feeds/").page.get_by_role("row", name="epr-feed")
    expect(board).to_contain_text("Working")
    expect(board).not_to_contain_text("late")
    with told(report.page) as heard, told(value.page) as heard_there:
        late = epr.posts(count_of("119", said=tuesday + timedelta(minutes=1)))
        settled()
        amina.opens("/record/results/")
    assert [place for _, place, _ in epr.ids(late)] == [place for _, place, _ in epr.ids(sent)]
    assert (heard, heard_there) == ([], [])
    assert amina.status.inner_text().startswith("Results ")
    assert column(report.opens(report.page.url), "value")[0] == said
    assert course(value.opens(value.page.url))[:2] == ["112", "124"]
    alex.opens("/ops/feeds/").follows("1 late or out of order in epr-feed", inside=board)
    alex.follows("Open", exact=False).reads("older than what is held, and was kept as history")
    alex.reads("119 g/L, corrected, older than what is held, kept as history")


def rows(visitor):
    """Return how far the list is scrolled, and what each row says and where it stands."""
    return visitor.page.evaluate(
        """() => [scrollY, ...[...document.querySelectorAll(".db-report")].map(
            (row) => [row.innerText, row.getBoundingClientRect().top])]"""
    )

"""A page of one result that stays open: editors write, and the laboratory takes its word back."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.conf import global_settings
from playwright.sync_api import expect

from portal.identity.models import Role
from tests.journeys.desk import PASSWORD
from tests.journeys.epr import BLOOD_COUNT, blood_count
from tests.journeys.results_pages import address_of_newest
from tests.journeys.visitor import Visitor, forgive, told, with_session
from tests.journeys.waiting import settled
from tests.signing_in import a_login, app_code, with_app

HAEMOGLOBIN, *OTHERS = BLOOD_COUNT
UPDATED = "This result has been updated Show the updated result"


@pytest.fixture
def jo(a_browser, live_site, tuesday, settings):
    """Give Jo, an editor, who signs in through the pages with a second step."""
    settings.PASSWORD_HASHERS = global_settings.PASSWORD_HASHERS
    login = with_app(a_login("Jo Marsh", Role.EDITOR))
    desk = a_browser()
    visitor = Visitor(desk, desk.new_page())
    visitor.opens("/account/login/?next=/cms/").says("Email address", login.email)
    visitor.says("Password", PASSWORD).presses("Continue")
    visitor.says("Code", app_code())
    visitor.page.get_by_role("button", name="Sign in", exact=True).click()
    expect(visitor.page).to_have_url(re.compile("/cms/$"))
    return visitor.page


@pytest.fixture
def kim(a_browser, live_site, tuesday):
    """Give Kim, who may publish what others write."""
    desk = with_session(a_browser(), a_login("Kim Ford", Role.APPROVER), live_site.base_url)
    return desk.new_page()


@pytest.fixture
def said_by(amina_yusuf, epr, tuesday):
    """Give what the hospital says of one blood count, some minutes after ten."""
    taken = tuesday - timedelta(minutes=105)

    def say(minutes, value=HAEMOGLOBIN.value, flag="", status="corrected"):
        tests = [replace(HAEMOGLOBIN, value=value, flag=flag), *OTHERS]
        moment = tuesday + timedelta(minutes=minutes)
        return epr.posts(
            blood_count(amina_yusuf, "L26-1", taken, tests, said=moment, status=status)
        )

    return say


@pytest.fixture
def open_pages(amina, said_by):
    """Give Amina's report and its haemoglobin, both open."""
    said_by(0, status="final")
    settled()
    report = amina.opens(address_of_newest())
    one = report.page.get_by_role("link", name="Haemoglobin").get_attribute("href")
    return report, amina.in_another_tab(one)


def of_the_explainer(page):
    """Open haemoglobin's page in the content admin."""
    page.goto("/cms/snippets/cms/explainer/")
    page.get_by_role("link", name="Haemoglobin blood test", exact=True).click()
    page.locator("[data-contentpath=what] [contenteditable=true]").wait_for()


def writes(page, words, button):
    """Put words in the place of what the test is, and press a button of the page's foot."""
    field = page.locator("[data-contentpath=what] [contenteditable=true]")
    field.click()
    page.keyboard.press("Control+A")
    page.keyboard.type(words)
    expect(page.locator("input[name=what]")).to_have_value(re.compile(words))
    if button != "Save draft":
        page.get_by_role("button", name="More actions").click()
    page.get_by_role("button", name=button, exact=True).click()
    done = "updated" if button == "Save draft" else "published"
    expect(page.locator(".messages .success")).to_contain_text(
        re.compile(f"Haemoglobin blood test.*{done}")
    )


def test_what_editors_publish_shows_on_an_open_page_each_time(open_pages, jo, kim, complaints):
    _, value = open_pages
    value.page.evaluate("() => { window.isTheSamePage = true; }")
    about = value.page.get_by_role("complementary", name="About haemoglobin")
    expect(about).to_contain_text("Haemoglobin carries oxygen around your body.")

    of_the_explainer(jo)
    writes(jo, "Red cells carry oxygen in it.", "Save draft")
    expect(about).to_contain_text("Haemoglobin carries oxygen around your body.")
    of_the_explainer(kim)
    expect(kim.locator("[data-contentpath=what]")).to_contain_text("Red cells carry oxygen in it.")
    writes(kim, "Red cells carry oxygen in it, to all of you.", "Publish")
    expect(about).to_contain_text("Red cells carry oxygen in it, to all of you.")
    value.examines()

    of_the_explainer(kim)
    writes(kim, "It makes your blood red.", "Publish")
    expect(about).to_contain_text("It makes your blood red.")
    assert value.page.evaluate("() => window.isTheSamePage")
    assert jo.goto(value.page.url).status == 403
    # The admin asks to preview before its editor has drawn itself, and is told that words lack.
    forgive(complaints, "status of 40[03]")


def test_an_open_page_of_a_result_being_corrected_says_when_the_right_one_is_there(
    open_pages, said_by, tuesday
):
    report, value = open_pages

    said_by(1, "61", "LL")
    for tab in open_pages:
        heading = tab.page.get_by_role("heading", name="This result is being corrected")
        expect(heading).to_be_visible()
        expect(tab.page.get_by_role("main")).not_to_contain_text("121")
        tab.examines()

    with told(report.page) as heard, told(value.page) as heard_there:
        said_by(2, "112", "L")
        for tab in open_pages:
            expect(tab.status).to_contain_text("This result has been updated")
    assert (heard, heard_there) == ([UPDATED], [UPDATED])
    value.examines()
    value.follows("Show the updated result").reads("112 g/L Low")
    assert value.page.locator("del").inner_text() == "121 g/L"
    report.follows("Show the updated result").reads("Correct value: 112")

    said_by(3, status="entered-in-error")
    for tab in open_pages:
        expect(tab.page.get_by_role("heading", level=1)).to_have_text(
            f"A result was removed from your record on {tuesday:%-d %B %Y}"
        )
        assert "aemoglobin" not in tab.page.content()
        tab.examines()

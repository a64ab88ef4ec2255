"""J2 in a browser that runs no script: what a live page would say, loading it anew says."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.conf import global_settings
from playwright.sync_api import expect

from tests.journeys.conftest import AMINA, HAEMOGLOBIN_BEFORE, PHONE
from tests.journeys.desk import PASSWORD
from tests.journeys.epr import BLOOD_COUNT, blood_count
from tests.journeys.results_pages import column, course, drawn
from tests.journeys.visitor import Visitor, a_login_of
from tests.journeys.waiting import settled
from tests.signing_in import app_code, with_app

RESULTS = "/record/results/"
HAEMOGLOBIN = BLOOD_COUNT[0]


@pytest.fixture
def amina(amina_yusuf, a_browser, settings):
    """Give Amina, signed in through the pages on a phone whose browser runs no script."""
    settings.PASSWORD_HASHERS = global_settings.PASSWORD_HASHERS
    login = with_app(a_login_of("Amina Yusuf", AMINA))
    own = a_browser(PHONE, java_script_enabled=False)
    visitor = Visitor(own, own.new_page(), runs_script=False)
    visitor.opens("/record/").says("Email address", login.email)
    visitor.says("Password", PASSWORD).presses("Continue")
    return visitor.says("Code", app_code()).presses("Sign in")


@pytest.fixture
def said_by(amina_yusuf, epr, tuesday):
    """Give what the hospital says of one blood count, some minutes after ten."""
    taken = tuesday - timedelta(minutes=105)

    def say(minutes, value=HAEMOGLOBIN.value, flag="", status="final"):
        tests = [replace(HAEMOGLOBIN, value=value, flag=flag), *BLOOD_COUNT[1:]]
        moment = tuesday + timedelta(minutes=minutes)
        epr.posts(blood_count(amina_yusuf, "L26-1", taken, tests, said=moment, status=status))
        settled()

    return say


def badge(visitor, words):
    if not words:
        expect(visitor.badge).to_have_count(0)
        return
    expect(visitor.badge).to_have_text(words)


def test_all_of_a_result_can_be_read_by_loading_pages_anew(amina, said_by, tuesday):
    assert amina.page.url.endswith("/record/")
    amina.follows("Home").reads("Good morning, Amina")
    badge(amina, "")
    amina.opens(RESULTS)
    before = column_of_titles(amina)

    said_by(0)
    assert column_of_titles(amina) == before
    amina.reloads()
    badge(amina, ", 1 new")
    newest = amina.page.locator("#first-new")
    expect(newest).to_contain_text("White blood cells High")
    assert len(column_of_titles(amina)) == len(before) + 1

    amina.follows("Full blood count", inside=newest)
    badge(amina, "")
    report = amina.page.url
    assert column(amina, "name") == [test.name for test in BLOOD_COUNT]
    assert column(amina, "flag") == ["High" if test.flag else "In range" for test in BLOOD_COUNT]
    assert column(amina, "range")[-1] == "Usual less than 0.41"
    amina.page.get_by_text("Where these results come from").click()
    amina.reads("Sent by Millbrook blood laboratory.")

    amina.follows("Haemoglobin")
    value = amina.page.url
    spans = amina.page.get_by_role("navigation", name="How far back to show")
    assert drawn(amina) == (1, 4)
    amina.follows("All", inside=spans)
    expect(spans.get_by_role("link", name="All", exact=True)).to_be_focused()
    assert drawn(amina) == (1, 1 + len(HAEMOGLOBIN_BEFORE))
    assert course(amina) == ["121", *(value for _, value in HAEMOGLOBIN_BEFORE)]
    about = amina.page.get_by_role("complementary", name="About haemoglobin")
    expect(about).to_contain_text("Haemoglobin carries oxygen around your body.")
    amina.follows("Read more about haemoglobin", inside=about)
    assert amina.heading == "Haemoglobin blood test"

    said_by(0)
    badge(amina.opens(RESULTS), "")
    said_by(2, "112", "L", "corrected")
    badge(amina.reloads(), ", 1 new")
    amina.opens(value).reads("112 g/L Low")
    assert amina.page.locator("del").inner_text() == "121 g/L"
    amina.reads(re.compile(rf"Corrected {tuesday:%-d %B %Y}, 10(:\d\d)?am"))
    assert course(amina)[:2] == ["112", "124"]
    badge(amina, "")

    said_by(1, "119", status="corrected")
    badge(amina.reloads(), "")
    assert course(amina)[:2] == ["112", "124"]
    assert column(amina.opens(report), "flag")[:2] == ["Low", "High"]


def test_a_result_taken_back_is_gone_when_its_page_is_loaded_anew(amina, said_by, tuesday):
    said_by(0)
    amina.opens(RESULTS).follows(
        "Full blood count", inside=amina.page.locator("#first-new")
    ).follows("Haemoglobin")
    value = amina.page.url

    said_by(1, "61", "LL", "corrected")
    amina.reloads().reads("This result is being corrected").reads("Do not rely on it.")
    assert not numbers_on(amina)
    amina.opens(RESULTS).reads("Full blood count This result is being corrected.")

    said_by(2, status="entered-in-error")
    amina.opens(value).reads(f"A result was removed from your record on {tuesday:%-d %B %Y}")
    assert "aemoglobin" not in amina.page.content()
    amina.presses("Back to my test results")
    amina.reads(f"A result was removed from the record on {tuesday:%-d %B %Y}")
    amina.presses("Sign out")
    amina.opens("/record/results/")
    assert amina.heading == "Sign in"


def column_of_titles(visitor):
    return visitor.page.locator(".db-report h3").all_inner_texts()


def numbers_on(visitor):
    """Return which of the values that were ever sent the page holds."""
    return re.findall(r"\b(?:121|61) g/L", visitor.page.get_by_role("main").inner_text())

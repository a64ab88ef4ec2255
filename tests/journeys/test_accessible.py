"""Every page and state that patients, staff and visitors have, for those who cannot see or point.

Examined by axe at phone and desk width, at 400% and on paper, and walked by keyboard alone.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.conf import global_settings
from playwright.sync_api import Page, expect

from tests.journeys.conftest import DESK, PHONE
from tests.journeys.desk import PASSWORD
from tests.journeys.everybody import NAME, NOTE, a_full_day
from tests.journeys.keyboard import press, reach
from tests.journeys.visitor import forgive, with_session
from tests.journeys.walking import AXE, BEGIN, FAINT, Walk
from tests.signing_in import app_code

SAVED = "Anything you had typed is saved for 30 days."
ABOUT_DOYLE = "Ask why Nurse Karen Doyle"
WORDS = "Anything you want to add"


@pytest.fixture
def people(tuesday):
    return a_full_day()


@pytest.fixture
def page_of(a_browser, live_site, people):
    def page(who: str) -> Page:
        own = a_browser(DESK)
        own.add_init_script(AXE)
        if who in people:
            with_session(own, people[who], live_site.base_url)
        return own.new_page()

    return page


@pytest.fixture
def walked(page_of, complaints) -> Iterator[dict[str, str]]:
    yield {}
    # A page that says that something is not there, or is wrong, was answered so.
    forgive(complaints, r"status of (400|403|404)")


def test_every_page_is_fit_for_everybody_at_every_width(page_of, walked, capsys):
    faults, states = [], 0
    by_staff: set[str] = set()

    for who, addresses in BEGIN.items():
        walk = Walk(page_of(who), walked, by_staff)
        walk.from_each(who, addresses)
        faults += walk.faults
        states += walk.states

    with capsys.disabled():
        print(f"\n{len(walked)} pages × 2 widths = {states} states examined by axe")  # noqa: T201
    assert faults == [], "\n".join(faults)
    assert len(walked) > 100


def test_what_no_link_leads_to_is_fit_for_everybody(page_of, walked):
    """States: a form refused, a draft, a warning, signed out; paper; words from right to left."""
    grace = Walk(page_of("grace"), walked, set())
    page = grace.page
    is_dark_on_white(page)
    runs_both_ways(page)
    page.goto("/record/access-log/")
    page.get_by_role("link", name=ABOUT_DOYLE).click()
    page.get_by_label(WORDS).fill("x" * 1001)
    page.get_by_label(WORDS).blur()
    expect(page.locator("[data-draft-status]")).to_contain_text("Draft saved at")
    grace.examine("grace", "a draft that is saved")
    page.get_by_role("button", name="Send my question").click()
    expect(page.get_by_role("alert")).to_contain_text("1000 characters or fewer")
    grace.examine("grace", "a question that is refused")
    page.evaluate("document.querySelector('[data-session-dialog]').showModal()")
    grace.examine("grace", "a session that is about to end")
    page.get_by_role("alertdialog").get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("main")).to_contain_text(SAVED)
    grace.examine("grace", "signed out with a draft")

    visitor = Walk(page_of("a visitor"), walked, set())
    visitor.page.goto("/account/login/")
    visitor.page.get_by_role("button", name="Continue").click()
    visitor.examine("a visitor", "nothing typed at the sign-in")

    assert grace.faults + visitor.faults == []


def is_dark_on_white(page: Page) -> None:
    for scheme in ("light", "dark"):
        page.emulate_media(media="print", color_scheme=scheme)
        for address in ("/record/?print", "/record/results/?print", "/record/access-log/", "/"):
            page.goto(address)
            assert page.evaluate(FAINT) == [], (address, scheme)
            hidden = page.locator(".db-filter, .db-actions, .nhsuk-header__navigation")
            assert [one for one in hidden.all() if one.is_visible()] == [], address
    page.emulate_media(media="screen", color_scheme="light")


def runs_both_ways(page: Page) -> None:
    page.goto("/record/access-log/")
    answer = page.locator(".db-answer bdi")
    expect(answer).to_have_text(f"“{NOTE}”")
    assert answer.evaluate("one => getComputedStyle(one).unicodeBidi") == "isolate"
    page.goto("/record/?print")
    expect(page.locator(".db-printed bdi")).to_contain_text(NAME)
    page.goto("/record/results/")
    for link in page.get_by_role("link", name="Full blood count").all()[:1]:
        link.click()
    said = page.get_by_text(NOTE).first
    assert said.evaluate("one => getComputedStyle(one).direction") == "rtl"


def test_what_is_typed_is_kept_as_somebody_types_and_given_back(
    page_of, a_browser, people, live_site
):
    page = page_of("grace")
    page.clock.install()
    page.goto("/record/access-log/")
    page.get_by_role("link", name=ABOUT_DOYLE).click()
    place, words, said = page.url, page.get_by_label(WORDS), page.locator("[data-draft-status]")
    # From now on no time passes by itself, however slow the machine.
    page.clock.pause_at(datetime.fromtimestamp(page.evaluate("Date.now() / 1000 + 60"), UTC))
    words.press_sequentially("Why")
    page.clock.run_for(9_000)
    expect(said).to_be_empty()
    with page.expect_response(lambda one: one.url.endswith("/account/drafts/")):
        page.clock.run_for(1_500)
    expect(said).to_contain_text("Draft saved at 10am")
    words.fill(NOTE)
    with page.expect_navigation(url=re.compile("signed-out")):
        # At once, and leaving no field: what is typed goes before the session does.
        page.locator(".nhsuk-header__account-form button").evaluate("one => one.click()")
    expect(page.get_by_role("main")).to_contain_text(SAVED)

    again = with_session(a_browser(PHONE), people["grace"], live_site.base_url).new_page()
    again.goto(place)

    expect(again.get_by_label(WORDS)).to_have_value(NOTE)
    expect(again.locator("[data-draft-status]")).to_contain_text("Draft saved")
    direction = "one => getComputedStyle(one).direction"
    assert again.get_by_label(WORDS).evaluate(direction) == "rtl"


def test_the_whole_way_can_be_gone_by_keyboard_and_the_focus_is_always_seen(
    page_of, people, settings
):
    settings.PASSWORD_HASHERS = global_settings.PASSWORD_HASHERS  # the service takes no others
    people["grace"].set_password(PASSWORD)
    people["grace"].save()
    page = page_of("a keyboard")
    page.goto("/")
    stops = press(page, "Sign in to Daybook")
    stops += reach(page, "Email address")
    page.keyboard.type(people["grace"].email)
    stops += reach(page, "Password")
    page.keyboard.type(PASSWORD)
    stops += press(page, "Continue") + reach(page, "Code")
    page.keyboard.type(app_code())
    stops += press(page, "Sign in")
    stops += press(page, "Record") + press(page, "Test results", begins=True)
    stops += press(page, "Lab tests") + press(page, "Full blood count")
    stops += press(page, "Print view")
    expect(page.get_by_role("main")).to_contain_text("NHS number")
    stops += press(page, "Sign out")

    assert page.get_by_role("heading", level=1).inner_text() == "You are signed out"
    assert [stop for stop in stops if not stop["seen"]] == []
    print(f"\n{len(stops)} stops of the Tab key, each in sight")  # noqa: T201 (what was walked)

"""Operations pages in a browser: axe finds nothing, and nothing scrolls sideways."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from tests.browser import chromium
from tests.cms.test_looks import SITE, Answers
from tests.fhir.hl7.reading import OBR, PID
from tests.journeys.conftest import UNHURRIED
from tests.portal.ops.conftest import HB, main, worked

IDENTITIES = "/ops/identities/"


@pytest.fixture
def answers(parked, arrives, browser) -> Answers:
    arrives(PID.replace("9991000003", "9991013172"), kind="ADT^A31", feed="pas", control_id="2")
    arrives(PID, OBR, HB, control_id="3")
    worked()
    held = main(browser.get(IDENTITIES)).partition(f'href="{IDENTITIES}')[2].partition('"')[0]
    at = f"/ops/messages/{parked}/"
    paths = ["/ops/feeds/", "/ops/messages/", at, IDENTITIES, IDENTITIES + held]
    answers = Answers({path: browser.get(path) for path in paths})
    answers.pages["/refused"] = browser.post(at, {"act": "set-aside", "reason": ""})
    answers.pages["/open"] = browser.post(at, {"act": "reveal", "reason": "Ring"})
    return answers


@pytest.mark.journey
def test_operations_pages_are_accessible_at_phone_and_desk_width(answers):
    faults = {}
    with sync_playwright() as playwright:
        chrome = playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox", "--disable-gpu", UNHURRIED]
        )
        for width in (390, 1280):
            page = chrome.new_page(viewport={"width": width, "height": 900})
            page.route("**/*", answers)
            # How long the session lasts is asked of a service that is not there.
            page.route("**/account/session/**", lambda route: route.abort())
            for path in answers.pages:
                page.goto(SITE + path)
                found = Axe().run(page).response["violations"]
                wide = page.evaluate("document.documentElement.scrollWidth") - width
                faults[path, width] = [fault["id"] for fault in found], wide
        chrome.close()

    assert faults == {(path, width): ([], 0) for path, width in faults}
    assert len(faults) == 14

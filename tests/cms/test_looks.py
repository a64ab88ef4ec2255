"""Public pages in a browser: axe finds nothing, nothing scrolls sideways, no rule is broken."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.staticfiles import finders
from playwright.sync_api import Route, sync_playwright

from cms.seed import seed
from tests.browser import chromium
from tests.cms.conftest import TODAY, a_page
from tests.cms.test_blocks import BLOCKS
from tests.journeys.conftest import UNHURRIED

SITE = "http://localhost"
PAGES = [
    "/",
    "/help/",
    "/help/set-up/",
    "/coming-to-hospital/visiting/",
    "/contact/",
    "/cookies/",
    "/tests/",
    "/tests/haemoglobin/",
    "/every-block/",
]
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@dataclass
class Answers:
    """Answers the browser from pages that were read before it began, and from static files."""

    pages: dict[str, object]
    missing: list[str] = field(default_factory=list)

    def __call__(self, route: Route) -> None:
        path = route.request.url.removeprefix(SITE)
        if page := self.pages.get(path):
            # Nothing is served here that a page could listen to.
            body = page.content.replace(b' data-live-url="/live/"', b"")
            route.fulfill(body=body, headers=dict(page.headers))
        elif found := finders.find(path.removeprefix("/static/")):
            file = Path(found)
            kind = TYPES.get(file.suffix, "application/octet-stream")
            route.fulfill(body=file.read_bytes(), headers={"Content-Type": kind})
        else:
            self.missing.append(route.request.url)
            route.abort()


@pytest.fixture
def answers(client, home) -> Answers:
    seed(TODAY)
    a_page(home, "Every block", introduction="All of them.", body=list(BLOCKS.items()))
    return Answers({page: client.get(page, headers={"host": "localhost"}) for page in PAGES})


@pytest.mark.journey
def test_public_pages_are_accessible_at_phone_and_desk_width(answers):
    faults = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox", "--disable-gpu", UNHURRIED]
        )
        for width in (390, 1280):
            page = browser.new_page(viewport={"width": width, "height": 900})
            said = []
            page.on("console", lambda message, said=said: said.append(message.text))
            page.on("pageerror", lambda error, said=said: said.append(str(error)))
            page.route("**/*", answers)
            for path in PAGES:
                page.goto(SITE + path)
                found = Axe().run(page).response["violations"]
                wide = page.evaluate("document.documentElement.scrollWidth") - width
                faults[path, width] = [fault["id"] for fault in found], wide, list(said)
                said.clear()
        browser.close()

    assert faults == {(path, width): ([], 0, []) for path, width in faults}
    assert len(faults) == 2 * len(PAGES)
    assert answers.missing == []

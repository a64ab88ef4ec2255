"""A browser for journeys: real Chromium against the running service."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests import browser
from tests.site import Site

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "journeys" in item.path.parts:
            item.add_marker(pytest.mark.journey)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    # Chromium's own sandbox needs an account that is not root.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright keeps an event loop in this thread, in which Django sees a danger.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "yes")
        launched = playwright.chromium.launch(executable_path=browser.chromium(), args=arguments)
        yield launched
        launched.close()


@pytest.fixture
def context(chromium: Browser, live_site: Site) -> Iterator[BrowserContext]:
    """Give one person's browser; what its pages complain of fails the test."""
    opened = chromium.new_context(
        base_url=live_site.base_url, viewport=DESK, locale="en-GB", timezone_id="Europe/London"
    )
    complaints: list[str] = []
    opened.on("weberror", lambda fault: complaints.append(str(fault.error)))
    opened.on("console", lambda said: said.type == "error" and complaints.append(said.text))
    yield opened
    opened.close()
    assert complaints == []


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()

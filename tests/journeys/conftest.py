"""A browser for journeys: real Chromium against the running service, whose editors have written."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from cms.seed import seed
from fhir import feeds
from fhir.feeds import Terms
from portal import clock
from portal.record.dates import LONDON
from portal.results.hours import is_working_day
from tests import browser, databases
from tests.journeys.epr import BLOOD_COUNT, EPR, Epr, a_person, blood_count, transaction
from tests.journeys.visitor import Visitor, a_patient
from tests.journeys.waiting import settled
from tests.site import Site

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
TUESDAY = 1
AMINA = "9991000003"
# Milliseconds: less than the wait after which a page asks by itself, so news must be pushed.
PATIENT = 20_000

# A drawn picture and a tone instead of camera and microphone, and an own address that is seen.
DEVICES = (
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
)
# No page of a test lives long enough to win back what making its script faster costs.
UNHURRIED = "--js-flags=--no-opt --no-maglev"

Opening = Callable[..., BrowserContext]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "journeys" in item.path.parts:
            item.add_marker(pytest.mark.journey)


@pytest.fixture(scope="session")
def with_content(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """Give the name of a database in which editors have published the sample pages."""
    shared = settings.DATABASES["default"]["NAME"]
    name = databases.clone()
    with django_db_blocker.unblock():
        databases.use(name)
        seed(date.today())  # noqa: DTZ011 (the day does not matter)
        databases.use(shared)
    yield name
    databases.drop(name)


@pytest.fixture
def own_database(with_content: str, django_db_blocker: Any) -> Iterator[str]:
    """Give this test a database of its own, with content."""
    with django_db_blocker.unblock(), databases.lent(with_content) as name:
        yield name


@pytest.fixture
def live_site(site: Site) -> Iterator[Site]:
    """Give a service that runs; what it said is shown with a test that fails."""
    yield site.start()
    print(*(line for part in site.running.values() for line in part.said))  # noqa: T201


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    # Chromium's own sandbox needs an account that is not root.
    arguments = [*DEVICES, UNHURRIED, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright keeps an event loop in this thread, in which Django sees a danger.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "yes")
        expect.set_options(timeout=PATIENT)
        launched = playwright.chromium.launch(executable_path=browser.chromium(), args=arguments)
        yield launched
        launched.close()


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """Give what pages complain of in their consoles; what is left at the end fails the test."""
    heard: list[str] = []
    yield heard
    assert heard == []


@pytest.fixture
def a_browser(chromium: Browser, live_site: Site, complaints: list[str]) -> Iterator[Opening]:
    """Open browsers of people who know nothing of each other."""
    opened: list[BrowserContext] = []

    def open_one(viewport: dict[str, int] = DESK, **more: Any) -> BrowserContext:
        one = chromium.new_context(
            base_url=live_site.base_url, viewport=viewport, locale="en-GB",
            **{"timezone_id": "Europe/London"} | more,
        )  # fmt: skip
        one.on("weberror", lambda fault: complaints.append(str(fault.error)))
        one.on("console", lambda said: said.type == "error" and complaints.append(said.text))
        one.set_default_timeout(PATIENT)
        opened.append(one)
        return one

    yield open_one
    for one in opened:
        one.close()


@pytest.fixture
def context(a_browser: Opening) -> BrowserContext:
    """Give one person's browser at a desk."""
    return a_browser()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def march(live_site: Site, moved_clock: Any) -> None:
    """Begin at 10:42 on Thursday 12 March 2026, before the clocks go forward."""
    distance = datetime(2026, 3, 12, 10, 42, tzinfo=UTC) - clock.now()
    live_site.move_clock(seconds=distance.total_seconds())
    clock.forget()


@pytest.fixture
def tuesday(live_site: Site, moved_clock: Any) -> datetime:
    """Begin at ten in the morning of a Tuesday on which people work."""
    day = clock.now().astimezone(LONDON).date() + timedelta(days=1)
    while day.weekday() != TUESDAY or not is_working_day(day):
        day += timedelta(days=1)
    ten = datetime.combine(day, time(10), LONDON)
    distance = ten - clock.now()
    live_site.move_clock(seconds=distance.total_seconds())
    clock.forget()
    return ten


@pytest.fixture
def epr(live_site: Site) -> Epr:
    """Give the hospital's record system, known to the service."""
    return Epr(live_site.base_url, feeds.add(Terms("epr-feed", "RMB", phone="01632 960400")))


# Days before the Tuesday, and what the laboratory found then.
HAEMOGLOBIN_BEFORE = (
    (150, "124"), (200, "126"), (280, "128"), (500, "131"), (900, "130"), (1500, "133"),
)  # fmt: skip


@pytest.fixture
def amina_yusuf(epr: Epr, tuesday: datetime) -> str:
    """Give Amina's address at the hospital: it knows her, and sent results of earlier years."""
    address = f"{EPR}/Patient/{AMINA}"
    amina = a_person(AMINA, "Yusuf", "Amina", "1968-03-14")
    sent = transaction(amina)
    for days, value in HAEMOGLOBIN_BEFORE:
        taken = tuesday - timedelta(days=days, hours=1)
        tests = [replace(BLOOD_COUNT[0], value=value), BLOOD_COUNT[2]]
        counted = blood_count(address, f"B{days}", taken, tests)
        sent["entry"] += counted["entry"]
    epr.posts(sent)
    settled()
    return address


@pytest.fixture
def amina(amina_yusuf: str, a_browser: Opening, live_site: Site) -> Visitor:
    """Give Amina, signed in on her phone to a record that she has looked through before."""
    return a_patient(a_browser(PHONE), "Amina Yusuf", AMINA, live_site.base_url)

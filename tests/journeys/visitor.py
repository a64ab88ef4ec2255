"""Somebody at a browser. Every page that they come to is fit for everybody.

With JOURNEY_PICTURES naming a folder, each kind of page is kept there as it looked.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import BrowserContext, Locator, Page, expect

from fhir.access import SYSTEM
from fhir.search.values import token_hash
from fhir.store import Criteria, Repository
from portal.identity.models import User
from tests.builders import NHS
from tests.signing_in import a_login, linked, signed_in

GRAVE = {"serious", "critical"}
# What tells one page of a kind from another; a kind is examined once a journey.
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+")
_PICTURES = os.environ.get("JOURNEY_PICTURES", "")


@dataclass
class Visitor:
    """A person with their own browser, who reads one of its tabs at a time."""

    context: BrowserContext
    page: Page
    examined: set[str] = field(default_factory=set)
    # Without it nothing can examine a page; somebody else visits the same ones.
    runs_script: bool = True

    @property
    def status(self) -> Locator:
        """The page's own polite line of news."""
        return self.page.locator("[data-live-status][role=status]")

    @property
    def badge(self) -> Locator:
        """The count of what is new in the record, in the header."""
        return self.page.get_by_role("navigation", name="Menu").locator(".db-count")

    @property
    def heading(self) -> str:
        return self.page.get_by_role("heading", level=1).inner_text()

    def opens(self, address: str, status: int = 200) -> "Visitor":
        answer = self.page.goto(address)
        assert answer is not None
        assert answer.status == status, address
        return self.looks()

    def reloads(self) -> "Visitor":
        """Load the page anew, as somebody without script must to hear of anything."""
        self.page.reload()
        return self.looks()

    def in_another_tab(self, address: str) -> "Visitor":
        """Return them at another tab of the same browser."""
        other = Visitor(self.context, self.context.new_page(), self.examined)
        return other.opens(address)

    def follows(self, name: str, *, inside: Locator | None = None, exact: bool = True) -> "Visitor":
        self._clicks((inside or self.page).get_by_role("link", name=name, exact=exact))
        return self.looks()

    def presses(self, name: str, *, inside: Locator | None = None) -> "Visitor":
        self._clicks((inside or self.page).get_by_role("button", name=name, exact=True))
        return self.looks()

    def says(self, label: str, text: str) -> "Visitor":
        self.page.get_by_label(label, exact=True).fill(text)
        return self

    def reads(self, words: str | re.Pattern[str]) -> "Visitor":
        expect(self.page.get_by_role("main")).to_contain_text(words)
        return self

    def looks(self) -> "Visitor":
        """Examine the page for those who cannot see, point or read well."""
        if not self.runs_script:
            return self
        kind = _ID.sub("…", self.page.url.partition("?")[0].partition("#")[0]) + self.page.title()
        if kind not in self.examined:
            self.examined.add(kind)
            self.examines()
        return self

    def examines(self) -> "Visitor":
        if _PICTURES:
            self._pictures()
        assert grave_faults(self.page) == []
        return self

    def _pictures(self) -> None:
        width = (self.page.viewport_size or {})["width"]
        place = re.sub(r"\W+", "-", _ID.sub("", self.page.url.partition("/")[2].partition("/")[2]))
        number = len(list(Path(_PICTURES).glob("*.png")))
        self.page.screenshot(path=f"{_PICTURES}/{number:03}{place}-{width}.png", full_page=True)

    def _clicks(self, what: Locator) -> None:
        with self.page.expect_navigation():
            what.click()


def grave_faults(page: Page) -> list[str]:
    """Return what axe finds on the page that keeps somebody out."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{page.url}: {one['id']}: {node['html']}"
        for one in found
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]


def forgive(complaints: list[str], pattern: str) -> None:
    """Take out of what pages complained of what a journey meant to bring about."""
    complaints[:] = [said for said in complaints if not re.search(pattern, said)]


def with_session(context: BrowserContext, user: User, base_url: str) -> BrowserContext:
    """Sign somebody in without the pages, which other journeys walk through."""
    cookie = signed_in(user).cookies[settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": base_url}])
    return context


def a_patient(context: BrowserContext, name: str, nhs_number: str, base_url: str) -> Visitor:
    """Sign in somebody whom the hospital knows, with a login of their own."""
    login = a_login_of(name, nhs_number)
    return Visitor(with_session(context, login, base_url), context.new_page())


def a_login_of(name: str, nhs_number: str) -> User:
    """Give a login to somebody whom the hospital knows."""
    wanted = [("identifier", [token_hash(NHS, nhs_number)])]
    (person,), _ = Repository(SYSTEM).summaries(Criteria("Patient", tokens=wanted, count=2))
    login = a_login(name)
    linked(login, person.id)
    return login


@contextmanager
def told(page: Page) -> Iterator[list[str]]:
    """Collect what the page's polite line says meanwhile, as a screen reader would announce it."""
    heard: list[str] = []
    page.evaluate(_LISTEN)
    yield heard
    heard += page.evaluate("() => window.announced.splice(0)")


_LISTEN = """() => {
  window.announced = [];
  const line = document.querySelector("[data-live-status]");
  const said = () => window.announced.push(line.innerText.trim().replace(/\\s+/g, " "));
  new MutationObserver(said).observe(line, {childList: true, subtree: true, characterData: true});
}"""

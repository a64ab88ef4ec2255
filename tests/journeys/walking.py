"""Follows every link that somebody has, and examines one page of each kind for everybody."""

import os
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import axe_playwright_python
from django.urls import Resolver404, resolve
from playwright.sync_api import Error, Page

from portal.identity.models import Role
from tests.journeys.conftest import DESK, PHONE
from tests.journeys.everybody import TOGETHER
from tests.journeys.visitor import GRAVE

# From where each of them follows every link; what ends a session or is no page of ours is not.
BEGIN = {
    "a visitor": [
        *("/", "/account/login/", "/account/password/reset/", "/nowhere/", "/start", "/guest/"),
    ],
    "grace": [
        *("/", "/record/", "/record/results/?print=1", "/record/access-log/?since=x"),
        *("/record/access-log/?who=apps", "/record/access-log/?since=2020-01-01&until=2020-01-02"),
        *("/account/", "/account/people/", "/record/search/", "/record/nowhere/"),
        f"/appointments/together/booked/{TOGETHER}/",
    ],
    "ben": ["/", "/record/", "/record/access-log/", "/record/download/", "/account/capacity/"],
    "doctor": ["/staff/results/", "/staff/emergency/", "/staff/privacy/"],
    Role.RECORDS: ["/staff/activation/", "/staff/privacy/", "/staff/parents/"],
    Role.BOOKING: ["/staff/clinics/", "/staff/clinics/days/"],
    Role.OPERATIONS: ["/ops/", "/ops/messages/"],
    Role.ADMIN: ["/ops/", "/ops/emergencies/", "/staff/privacy/"],
}
STAFF = frozenset({"doctor", *Role})
PASSED_OVER = re.compile(
    r"/(account/(logout|leave)|cms|static|media|live|fhir|metrics|healthz|readyz|shared)\b"
    r"|\.csv|/document/|/print/|\.pdf|/file/|format="
)
NARROW = {"width": 320, "height": 640}  # a desk's 1280 points at 400%
PICTURES = os.environ.get("ACCESSIBLE_PICTURES", "")
AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text("utf-8")
# The contrast of words is measured again at another width only where they are drawn otherwise.
EXAMINE = """async (isFirst) => {
  const before = (isFirst ? null : window.drawn) ?? new Map();
  window.drawn = new Map();
  for (const one of document.querySelectorAll("html, body, body *")) {
    const { color, backgroundColor, backgroundImage, fontSize, fontWeight, opacity } =
      getComputedStyle(one);
    const isLarge = parseFloat(fontSize) >= (fontWeight >= 700 ? 18.66 : 24);
    const isSeen = one.checkVisibility({ visibilityProperty: true });
    const own = [isSeen, isLarge, color, backgroundColor, backgroundImage, opacity].join();
    window.drawn.set(one, `${window.drawn.get(one.parentElement) ?? ""}|${own}`);
  }
  const anew = [...window.drawn.keys()].filter((one) => {
    return before.get(one) !== window.drawn.get(one);
  });
  anew.forEach((one) => one.toggleAttribute("data-anew", true));
  axe.configure({ rules: [{ id: "color-contrast", selector: "[data-anew]" }] });
  const { violations } = await axe.run({ resultTypes: ["violations"] });
  anew.forEach((one) => one.removeAttribute("data-anew"));
  return violations
    .map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.map(({ html }) => ({ html })) }));
}"""
LINKS = """() => [...document.querySelectorAll("a[href]:not([download]), [data-live-src]")]
  .map((a) => new URL(a.getAttribute("href") || location.href, location.href))
  .filter((to) => to.origin === location.origin).map((to) => to.pathname + to.search)"""
# What is lighter than 4.5 : 1 on white paper, of the words that are printed.
FAINT = """() => [...document.querySelectorAll("body *")].filter((one) => {
  const own = [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  if (!own || !one.checkVisibility({ visibilityProperty: true })) return false;
  if (one.closest("svg")) return false;
  if (one.getBoundingClientRect().width <= 1) return false;
  const [r, g, b] = getComputedStyle(one).color.match(/[\\d.]+/g).map((part) => part / 255)
    .map((part) => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  return 1.05 / (0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05) < 4.5;
}).map((one) => one.outerHTML.slice(0, 120))"""


def kind_of(address: str) -> str:
    """Return what tells a kind of page: its route, its section, and which questions it answers."""
    url = urlsplit(address)
    try:
        found = resolve(url.path)
    except Resolver404:
        return url.path
    part = found.kwargs.get("key") if "section" in found.route else ""
    own = url.path if found.route.startswith("^((?:") else ""
    asked = parse_qs(url.query)
    who = "" if "since" in asked else asked.get("who", [""])[0]
    return " ".join([found.route, str(part), own, *sorted(asked), who])


class Walk:
    """Somebody who follows every link, one page of each kind, and examines it."""

    def __init__(self, page: Page, seen: dict[str, str], examined: set[str]) -> None:
        self.page = page
        self.seen = seen
        self.examined = examined  # by members of staff of any role
        self.faults: list[str] = []
        self.states = 0

    def from_each(self, who: str, addresses: list[str]) -> None:
        due = list(addresses)
        mine = self.examined if who in STAFF else set()
        while due:
            address = due.pop(0)
            kind = kind_of(address)
            if kind in mine or PASSED_OVER.search(address) or self.is_everybodys(kind, who):
                continue
            mine.add(kind)
            if self.opens(address):
                self.examine(who, address)
                due += self.page.evaluate(LINKS)

    def opens(self, address: str) -> bool:
        """Open an address; return whether it is a page."""
        try:
            answer = self.page.goto(address)
        except Error as fault:
            if "Download is starting" in str(fault):
                return False
            raise
        assert answer is not None
        assert answer.status < 500, address
        return "html" in answer.headers.get("content-type", "")

    def is_everybodys(self, kind: str, who: str) -> bool:
        """Whether it is an editor's page, which others find as a visitor does."""
        return "^((?:" in kind and who != next(iter(BEGIN))

    def examine(self, who: str, address: str) -> None:
        self.seen[f"{who} {address}"] = self.page.title()

        for viewport in (PHONE, DESK):
            self.page.set_viewport_size(viewport)
            self.states += 1
            found = self.page.evaluate(EXAMINE, viewport == PHONE)
            self.faults += [
                f"{who} {address} {viewport['width']}: {one['id']}: {node['html'][:200]}"
                for one in found
                if one["impact"] in GRAVE
                for node in one["nodes"]
            ]
            self.picture(who, address, viewport["width"])
        self.page.set_viewport_size(NARROW)
        wide = self.page.evaluate("document.documentElement.scrollWidth") - NARROW["width"]
        if wide > 0:
            self.faults.append(f"{who} {address}: {wide} points too wide at 400%")

    def picture(self, who: str, address: str, width: int) -> None:
        if PICTURES:
            name = re.sub(r"\W+", "-", f"{who}{address}")[:80]
            self.page.screenshot(path=Path(PICTURES) / f"{name}-{width}.png", full_page=True)

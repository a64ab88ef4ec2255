"""A clinician who decides on everything that waits for her, on the pages that are for it."""

import re

from playwright.sync_api import expect

from tests.journeys.visitor import Visitor

TOGETHER = "Release those chosen now"
_WAITING = re.compile(r'href="(/staff/results/(?:[0-9a-f-]{36}/|together/[^"]+))"')
# Of what is decided together, the first; the rest is then decided on alone.
_CHOSEN = re.compile(r'name="chosen"\s+type="checkbox"\s+value="([^"]*)"')
_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')


def releases_all(doctor: Visitor) -> int:
    """Release what waits, the first of the list and then the next; return how many decisions."""
    decisions = 0
    waiting = doctor.opens("/staff/results/").page.locator("main td.act a")
    while waiting.count():
        with doctor.page.expect_navigation():
            waiting.first.click()
        _releases(doctor.looks())
        expect(doctor.page.get_by_role("main")).to_contain_text("Released ")
        decisions += 1
    return decisions


def releases_many(doctor: Visitor) -> int:
    """Release what waits with the forms of the same pages, which her browser does not draw."""
    decisions, ask = 0, doctor.page.request
    worklist = ask.get("/staff/results/").text()
    while found := _WAITING.search(worklist):
        page = ask.get(found[1]).text()
        given = {"act": "release", "told": "phone", "comment": ""}
        given |= dict(_HIDDEN.findall(page))
        if many := _CHOSEN.findall(page):
            given["chosen"] = many[0]
        worklist = ask.post(found[1], form=given).text()
        decisions += 1
    return decisions


def _releases(doctor: Visitor) -> None:
    if doctor.page.get_by_role("button", name=TOGETHER).count():
        doctor.presses(TOGETHER)
        return
    doctor.page.get_by_label("Told by phone", exact=True).check()
    button = doctor.page.locator("button[name=act][value=release]")
    doctor.presses(button.inner_text().strip())

"""A patient who opens every result that they can find, and notes what each page says."""

import re
from dataclasses import dataclass, field
from typing import Any

from tests.journeys.as_sent import NO_RANGE, Line, Report
from tests.journeys.visitor import Visitor

# Notes beside a value are no part of it, nor are words that stand there for narrow screens.
_PANEL = """() => [...document.querySelectorAll(".db-panel tbody tr")].map((row) => {
  const link = row.querySelector("th a").getAttribute("href");
  row.querySelectorAll(".db-panel__note, .db-phone").forEach((one) => one.remove());
  const said = (name) => row.querySelector(name).textContent.trim().replace(/\\s+/g, " ");
  return [link, said("th"), said(".db-panel__value"), said(".db-panel__range")];
})"""
_VALUE = """() => {
  const parts = "main nav[aria-label='Parts of this measurement']";
  const first = (name) => document.querySelector(name);
  const said = (one) => one.innerText.trim().replace(/\\s+/g, " ");
  return {
    parts: [...document.querySelectorAll(`${parts} a`)].map((one) => one.getAttribute("href")),
    name: said(first(`${parts} [aria-current]`) ?? first("h1")),
    amount: said(first("main .db-big")),
    placed: first("main .nhsuk-card").innerText,
  };
}"""
_USUAL = re.compile(r"(?:the usual range of|Usual range) (.+)\.")
_NEXT = "nav.nhsuk-pagination a[rel=next]"


@dataclass
class Read:
    """What was read, by the address of its page."""

    reports: dict[str, Report] = field(default_factory=dict)
    alone: dict[str, tuple[Line, ...]] = field(default_factory=dict)
    # What a report's page and a value's own say otherwise of the same value.
    disagree: list[tuple[Line, ...]] = field(default_factory=list)
    pages: int = 0
    values: int = 0


def reads_all(patient: Visitor) -> Read:
    """Walk through the list to its end, each report, and the page of each value."""
    read = Read()
    for address in _listed(patient, read):
        if "/alone/" in address:
            read.alone[address] = tuple(_value(patient, read, address))
        else:
            read.reports[address] = _report(patient, read, address)
    return read


def _listed(patient: Visitor, read: Read) -> list[str]:
    found: list[str] = []
    next_page = "/record/results/"
    while next_page:
        _open(patient, read, next_page)
        links = patient.page.locator(".db-rows a")
        found += links.evaluate_all("(links) => links.map((one) => one.getAttribute('href'))")
        further = patient.page.locator(_NEXT)
        next_page = further.get_attribute("href") if further.count() else ""
    assert len(found) == len(set(found))
    return found


def _report(patient: Visitor, read: Read, address: str) -> Report:
    _open(patient, read, address)
    title, rows = patient.heading, patient.page.evaluate(_PANEL)
    for link, *line in rows:
        own = _value(patient, read, link, one_part=True)
        if own != [tuple(line)]:
            read.disagree.append((tuple(line), *own))
    return Report(title, tuple(tuple(line) for _, *line in rows))


def _value(patient: Visitor, read: Read, address: str, *, one_part: bool = False) -> list[Line]:
    """Return what the page of a value says, and those of its other parts."""
    shown = _shown(patient, read, address)
    if one_part or not shown["parts"]:
        read.values += 1
        return [_line(shown)]
    read.values += len(shown["parts"])
    place = address.partition("?")[0]
    return [_line(_shown(patient, read, place + part)) for part in shown["parts"]]


def _shown(patient: Visitor, read: Read, address: str) -> dict[str, Any]:
    _open(patient, read, address)
    return patient.page.evaluate(_VALUE)


def _line(shown: dict[str, Any]) -> Line:
    usual = _USUAL.search(shown["placed"])
    return shown["name"], shown["amount"], usual[1] if usual else NO_RANGE


def _open(patient: Visitor, read: Read, address: str) -> None:
    # Its words are there before its pictures are.
    answer = patient.page.goto(address, wait_until="domcontentloaded")
    assert answer is not None
    assert answer.ok, address
    patient.looks()
    read.pages += 1

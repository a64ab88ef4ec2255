"""Somebody who reads every page of their record, and notes what is shown and what is wrong."""

import html
import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field

from django.test import Client

from fhir.paths import Json
from tests.portal.record.page_reader import Page, Vocabulary, faults_of, raw_codes

BEGINNINGS = ("/", "/record/?print", "/record/")
# Forms of the same page, and lists from some day on, whose beginning has been read.
_NOT_READ = re.compile(
    r"\?(?!of=\d+$)|\.csv|/(?:download|share|access-log|file|document|web-page|print)/"
)
_PART = re.compile(r"\?of=\d+")
_ITEM = re.compile(r"/record/[a-z]+/([a-z]+)/([^/]+)/")
_RESULT = re.compile(r"/record/results/(?:(alone)/)?([^/]+)/(?:([^/]+)/)?")


@dataclass(slots=True)
class Read:
    """Headings of the pages that were read, by address; faults as address, kind and words."""

    pages: dict[str, str] = field(default_factory=dict)
    said: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)  # as they stand between marks of the page
    faults: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def things(self) -> set[str]:
        """What has a page of its own, as "type/id" in small letters."""
        return {thing_at(address) for address, heading in self.pages.items() if heading}


def reads_all(browser: Client, record: Mapping[str, Json], but: Container[str] = ()) -> Read:
    """Read home, the record's front and all that its pages lead to, lists to their ends.

    `record` holds what the service keeps for this person, as "type/id" in small letters; `but`
    are addresses that need no reading.
    """
    read, ahead, whole = Read(), list(BEGINNINGS), Vocabulary(record.values())
    while ahead:
        address = ahead.pop()
        if address in read.pages or address in but:
            continue
        page = _opened(browser, address, read)
        if page is None:
            continue
        own = record.get(thing_at(address))
        faults = {*faults_of(page), *raw_codes(page, whole)}
        faults |= set(raw_codes(page, Vocabulary([own]))) if own else set()
        read.faults += [(address, *fault) for fault in sorted(faults)]
        read.said |= {text for _, text in page.pieces}
        read.words |= set(page.words)
        ahead += _further(address, page)
    return read


def thing_at(address: str) -> str:
    """Return what a page is about, as "type/id" in small letters."""
    path = address.partition("?")[0]
    if found := _RESULT.fullmatch(path):
        alone, first, value = found.groups()
        return f"observation/{value or first}" if alone or value else f"diagnosticreport/{first}"
    return f"{found[1]}/{found[2]}" if (found := _ITEM.fullmatch(path)) else ""


def _opened(browser: Client, address: str, read: Read) -> Page | None:
    read.pages[address] = ""
    try:
        response = browser.get(address)
    except Exception as fault:  # noqa: BLE001 (any is what is looked for)
        read.faults.append((address, "exception", repr(fault)))
        return None
    if response.status_code != 200:
        read.faults.append((address, "exception", f"answer {response.status_code}"))
        return None
    page = Page(response.content.decode())
    read.pages[address] = page.heading
    if not page.heading:
        read.faults.append((address, "blank", "no heading"))
    return page


def _further(address: str, page: Page) -> Iterator[str]:
    """Yield where to read on: the rest of a list, each thing, each part of a value."""
    if page.next:
        yield _address(page.next)
    for link in map(_address, page.links):
        if _PART.fullmatch(link):
            yield address.partition("?")[0] + link
        elif link.startswith("/record/") and not _NOT_READ.search(link):
            yield link


def _address(link: str) -> str:
    return html.unescape(link).partition("#")[0]

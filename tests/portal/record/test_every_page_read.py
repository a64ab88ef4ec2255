"""Every page of a record that holds one thing of each kind, read for what nobody must be shown."""

import html
import re
from html.parser import HTMLParser

import pytest

from fhir.elements import RESOURCE_TYPES
from tests.portal.carers.records import one_of_each
from tests.portal.record.test_sections import next_of

NEVER = re.compile(r"\b(?:None|null|undefined|nan)\b|\burn:|[{}]|https?://|\[object")
# Types whose names are plain English words too.
PLAIN = {
    "Account",
    "Basic",
    "Condition",
    "Device",
    "Flag",
    "Goal",
    "Group",
    "Location",
    "Medication",
}
PLAIN |= {"Organization", "Patient", "Person", "Procedure", "Specimen", "Encounter", "Observation"}
TYPES = RESOURCE_TYPES - PLAIN - {"Appointment", "Contract", "Coverage", "Library", "List", "Media"}
FILLED = {"h1", "h2", "h3", "td", "th", "dd", "dt", "li", "a", "p", "option"}
SINGLE = {"br", "hr", "img", "input", "link", "meta", "path", "circle", "line", "rect"}


class Reader(HTMLParser):
    """Gathers the words of a page's main part, its addresses, and what is left empty."""

    def __init__(self):
        super().__init__()
        self.said, self.addresses, self.empty, self._open = [], [], [], []

    def handle_starttag(self, tag, attrs):
        if tag in SINGLE:
            return
        self._open.append([tag, len(self.said)])
        address = dict(attrs).get("href") or ""
        if tag == "a" and address.startswith("/record/"):
            self.addresses.append(address.partition("#")[0])

    def handle_endtag(self, tag):
        if tag in SINGLE:
            return
        while self._open:
            name, before = self._open.pop()
            if name in FILLED and len(self.said) == before:
                self.empty.append(name)
            if name == tag:
                return

    def handle_data(self, data):
        inside = {name for name, _ in self._open}
        if data.strip() and "main" in inside and not inside & {"script", "style"}:
            self.said.append(data.strip())


def read(response):
    reader = Reader()
    reader.feed("<main" + response.content.decode().partition("<main")[2].partition("</main>")[0])
    return reader


def faults_of(address, reader):
    words = " ".join(reader.said)
    found = [f"{address}: {one}" for one in NEVER.findall(words)]
    found += [f"{address}: {name}" for name in TYPES if re.search(rf"\b{name}\b", words)]
    return found + [f"{address}: empty {name}" for name in reader.empty]


@pytest.fixture
def filled(hospital, amina_yusuf):
    return [hospital.create(resource) for resource in one_of_each(amina_yusuf)]


def test_no_page_shows_a_raw_code_a_type_or_an_empty_cell(her_browser, filled):
    ahead, read_already, faults = ["/record/"], {}, []
    while ahead:
        address = ahead.pop()
        if address in read_already:
            continue
        response = her_browser.get(address)
        if response.status_code != 200 or "html" not in response["Content-Type"]:
            read_already[address] = None
            continue
        reader = read_already[address] = read(response)
        faults += faults_of(address, reader)
        ahead += [one for one in reader.addresses if not one.endswith("print")]
        if further := next_of(response):
            ahead.append(html.unescape(further))

    assert sorted(set(faults)) == []
    addresses = " ".join(read_already)
    assert [f"{one.resource_type}/{one.id}" for one in filled if one.id not in addresses] == []
    assert len(read_already) > len(filled)

"""Reads a page as a patient does, and names what nobody must be shown on it.

Raw is what a machine calls a thing: a code of the record that no sender wrote as a word.
"""

import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from typing import Any

from fhir.elements import RESOURCE_TYPES

_NEVER = re.compile(r"\b(?:None|null|undefined|nan|NaN)\b|\burn:|[{}]|https?://|\[object")
_BARE = frozenset(
    form for name in RESOURCE_TYPES
    for form in (name.casefold(), re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).casefold())
)  # fmt: skip
# Types that no English word is: MedicationRequest, but not Goal.
_TYPES = frozenset(name for name in RESOURCE_TYPES if re.search(r"[a-z][A-Z]", name))
_TITLES = frozenset({"title", "h1", "h2", "h3", "h4", "a"})
_FILLED = _TITLES | {"td", "th", "dd", "dt", "li", "p", "option", "caption", "strong"}
_PIECES = _FILLED | {"span", "summary", "figcaption"}
_PICTURES = frozenset({"svg", "img"})
_SINGLE = frozenset({"br", "hr", "img", "input", "link", "meta", "path", "circle", "line", "rect"})
# In the small print, for whoever is asked about it on the telephone.
_CODE_ROW = re.compile(r"Code(?: of [a-z ]+)?: ")

# Elements in which senders write for people.
_WORDS = frozenset(
    {"display", "text", "unit", "name", "title", "description", "family", "given", "prefix"}
    | {"suffix", "line", "city", "district", "state", "country", "postalCode", "conclusion"}
    | {"comment", "patientInstruction", "lotNumber", "alias", "summary", "div", "detail"}
    | {"instruction", "label", "preparation"}
)
_CODE = re.compile(r"[A-Za-z0-9][\w.*^/\[\]-]{0,60}")
_LIKE_A_CODE = re.compile(
    r"\d{6,}|\d{1,5}-\d|[A-Z][A-Z0-9]+|[a-z]+(?:[_-][a-z0-9]+)+|[A-Z]\d{2}\.?\d*|[a-z]+[A-Z]\w*"
)
_WORD = re.compile(r"\w[\w.*^/\[\]-]*")

Fault = tuple[str, str]


class Page(HTMLParser):
    """The words of a page's title and main part, its links, and what is left empty."""

    def __init__(self, body: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.pieces: list[tuple[str, str]] = []  # element and all that it says
        self.links: list[str] = []
        self.next = ""
        self.empty: list[str] = []
        self._open: list[tuple[str, int]] = []
        title = body.partition("<title>")[2].partition("</title>")[0]
        main = body.partition("<main")[2].partition("</main>")[0]
        self.feed(f"<title>{title}</title><main{main}</main>")

    @property
    def heading(self) -> str:
        return next((text for tag, text in self.pieces if tag == "h1"), "")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a":
            self.links.append(given.get("href") or "")
            if given.get("rel") == "next":
                self.next = self.links[-1]
        if tag in _PICTURES:
            self.words.append("")
        if tag not in _SINGLE:
            self._open.append((tag, len(self.words)))

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            name, before = self._open.pop()
            if name in _PIECES:
                self.pieces.append((name, " ".join(filter(None, self.words[before:]))))
            if name in _FILLED and len(self.words) == before:
                self.empty.append(name)
            if name == tag:
                return

    def handle_data(self, data: str) -> None:
        if data.strip() and not {"script", "style"} & {name for name, _ in self._open}:
            self.words.append(" ".join(data.split()))


class Vocabulary:
    """What the senders of some resources wrote as codes, and did not write for people."""

    def __init__(self, resources: Iterable[Any]) -> None:
        codes: set[str] = set()
        said: set[str] = set()
        for resource in resources:
            for is_words, text in _leaves(resource):
                if is_words:
                    said.add(" ".join(text.split()))
                elif _CODE.fullmatch(text):
                    codes.add(text)
        said |= {word for text in said for word in words_in(text)}
        self.codes = {one for one in codes - said - RESOURCE_TYPES if re.search(r"[A-Za-z]", one)}
        self.keys = {one for one in codes - said if _LIKE_A_CODE.fullmatch(one)}


def words_in(text: str) -> set[str]:
    return {word.strip(".-/") for word in _WORD.findall(text)}


def faults_of(page: Page) -> Iterator[Fault]:
    """Yield what must be on no page: the kind of fault, and the words that show it."""
    for text in page.words:
        if found := _NEVER.findall(text):
            yield "nothing or JSON", f"{', '.join(found)} in: {text}"
        yield from (("bare type", f"{one} in: {text}") for one in words_in(text) & _TYPES)
    yield from (("blank", tag) for tag in page.empty)
    for tag, text in page.pieces:
        if tag in _TITLES and text.partition(" – ")[0].casefold() in _BARE:
            yield "bare type", f"{tag}: {text}"


def raw_codes(page: Page, vocabulary: Vocabulary) -> Iterator[Fault]:
    """Yield codes that stand by themselves, and those that look like codes anywhere."""
    for tag, text in page.pieces:
        if text in vocabulary.codes:
            yield "raw code", f"{tag}: {text}"
    for text in page.words:
        if not _CODE_ROW.match(text):
            found = sorted(words_in(text) & vocabulary.keys)
            yield from (("raw code", f"{one} in: {text}") for one in found)


def _leaves(value: Any, name: str = "") -> Iterator[tuple[bool, str]]:
    match value:
        case str():
            yield name in _WORDS or name.endswith(("String", "Markdown")), value
        case dict():
            for key, inner in value.items():
                yield from _leaves(inner, key)
        case list():
            for inner in value:
                yield from _leaves(inner, name)

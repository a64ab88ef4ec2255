"""The words by which a person can find a resource: what it says, without codes and addresses."""

import base64
import binascii
import html
import re
from collections.abc import Iterator
from typing import Any, Final

from fhir.paths import Json
from fhir.raw import Number
from fhir.search.folding import folded

LONGEST: Final = 20_000  # characters of one resource that are kept for searching
_DEEPEST: Final = 20
_LONGEST_FILE: Final = 400_000  # characters of a text in base64
_MOST_TERMS: Final = 12
# The elements that hold what people read.
_SAID: Final = frozenset(
    {
        "comment",
        "conclusion",
        "contentString",
        "description",
        "display",
        "name",
        "patientInstruction",
        "summary",
        "text",
        "title",
        "unit",
        "valueString",
    }
)
_TAGS: Final = re.compile(
    r"<!--.*?-->|<(script|style)\b.*?</\1\s*>|<[^>]*>", re.DOTALL | re.IGNORECASE
)
_TERM: Final = re.compile(r"[\w.]+")


def words_of(resource: Json) -> str:
    """Return what a resource says, once each, in one text of bounded length.

    >>> words_of({"code": {"coding": [{"code": "718-7", "display": "Haemoglobin"}]}})
    'haemoglobin'
    """
    found: dict[str, None] = {}
    left = LONGEST
    for said in _said(resource, 0):
        text = " ".join(_terms(said[:left]))
        if text and text not in found:
            found[text] = None
            left -= len(text) + 1
        if left <= 0:
            break
    return " ".join(found)


def terms_of(asked: str) -> str:
    """Return what somebody typed as PostgreSQL asks for it: every word, or one it begins.

    >>> terms_of("Haemo  X-ray?"), terms_of("& |")
    ('haemo:* & x:* & ray:*', '')
    """
    return " & ".join(f"{term}:*" for term in _terms(asked)[:_MOST_TERMS])


def _terms(text: str) -> list[str]:
    """Return a text's words and numbers; PostgreSQL would take g/L for the name of a file."""
    return [term for found in _TERM.findall(folded(text)) if (term := found.strip("._"))]


def _said(value: Any, depth: int) -> Iterator[str]:
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for one in value:
            yield from _said(one, depth + 1)
    elif isinstance(value, dict):
        if "data" in value:
            yield _file(value)
        for name, one in value.items():
            yield from _element(name, one, depth)


def _element(name: str, value: Any, depth: int) -> Iterator[str]:
    match value:
        case str():
            if name == "div":
                yield _without_tags(value)
            elif name in _SAID:
                yield value
        case bool():
            return
        case Number():
            yield value.sent
        case int():
            yield str(value)
        case _:
            yield from _said(value, depth + 1)


def _file(element: Json) -> str:
    """Return the words of a letter that stands in the resource itself as text."""
    data, kind = element.get("data"), element.get("contentType")
    if not isinstance(data, str) or not isinstance(kind, str) or len(data) > _LONGEST_FILE:
        return ""
    if not kind.startswith("text/"):
        return ""
    try:
        text = base64.b64decode(data).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""
    return _without_tags(text) if "html" in kind else text


def _without_tags(markup: str) -> str:
    return html.unescape(_TAGS.sub(" ", markup)).replace("\x00", " ")

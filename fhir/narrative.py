"""Narrative that a page can show: well-formed XHTML as FHIR allows it, with nothing active."""

import re
from typing import Final
from xml.parsers import expat

_XHTML: Final = "http://www.w3.org/1999/xhtml"

# Chapters 7 to 11 (without 9.4) and 15 of HTML 4.0, links and images (txt-1).
_ELEMENTS: Final = frozenset(
    """a abbr acronym address b bdo big blockquote br caption cite code col colgroup dd del dfn div
     dl dt em h1 h2 h3 h4 h5 h6 hr i img ins kbd li ol p pre q s samp small span strike strong
     sub sup table tbody td tfoot th thead tr tt u ul var""".split()  # noqa: SIM905 (read as prose)
)
_ATTRIBUTES: Final = frozenset(
    """abbr accesskey align alt axis bgcolor border cellhalign cellpadding cellspacing cellvalign
     char charoff charset cite class colspan compact coords dir frame headers height href
     hreflang hspace id lang longdesc name nowrap rel rev rowspan rules scope shape span src start
     style summary tabindex title type valign value vspace width xml:lang xmlns xml:space""".split()  # noqa: SIM905 (read as prose)
)
_LINKS: Final = frozenset({"href", "src", "cite", "longdesc"})
_SCHEME: Final = re.compile(r"([a-z][a-z0-9+.\-]*):", re.IGNORECASE)
_SAFE_SCHEMES: Final = frozenset({"http", "https", "mailto", "tel", "urn", "cid", "ftp"})
_ACTIVE_STYLE: Final = re.compile(
    r"expression\s*\(|url\s*\(|javascript:|@import|behavior\s*:|\\", re.IGNORECASE
)
_TAGS: Final = re.compile(r"<!--.*?-->|<[^>]*>", re.DOTALL)
_BLANK: Final = re.compile(r"[\x00-\x20]+")


class _Refused(Exception):
    """The narrative holds something that a page must not show."""


def fault_of(div: str) -> str:
    """Return what is wrong with a narrative's div, or ""."""
    reader = _Reader()
    try:
        reader.parser.Parse(div, True)  # noqa: FBT003 (expat's own signature)
    except expat.ExpatError as fault:
        return f"not well-formed XHTML: {expat.ErrorString(fault.code)}"
    except _Refused as refused:
        return str(refused)
    return ""


def is_blank(div: str) -> bool:
    """Whether a div, found right before, shows neither text nor image (txt-2)."""
    return "<img" not in div and not _TAGS.sub("", div).strip()


class _Reader:
    def __init__(self) -> None:
        self.is_root = True
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._element
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.ProcessingInstructionHandler = self._instruction

    def _element(self, name: str, attributes: dict[str, str]) -> None:
        if self.is_root and (name != "div" or attributes.get("xmlns") != _XHTML):
            raise _Refused(f"the root is a div of {_XHTML}")
        self.is_root = False
        if name not in _ELEMENTS:
            raise _Refused(f"the element {name} is not allowed")
        for attribute, value in attributes.items():
            if attribute not in _ATTRIBUTES:
                raise _Refused(f"the attribute {attribute} is not allowed")
            if attribute in _LINKS and not _is_safe(value, is_image=name == "img"):
                raise _Refused(f"the address in {attribute} is not allowed")
            if attribute == "style" and _ACTIVE_STYLE.search(value):
                raise _Refused("the style is not allowed")

    def _doctype(self, *_: object) -> None:
        raise _Refused("a document type is not allowed")

    def _instruction(self, *_: object) -> None:
        raise _Refused("a processing instruction is not allowed")


def _is_safe(address: str, *, is_image: bool) -> bool:
    matched = _SCHEME.match(_BLANK.sub("", address))
    if matched is None:
        return True
    scheme = matched[1].lower()
    return scheme in _SAFE_SCHEMES or (is_image and address.startswith("data:image/"))

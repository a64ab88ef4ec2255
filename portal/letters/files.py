"""What came with a letter, decoded safely: a few kinds, each proved by its own first bytes.

A file is only ever handed over to be saved. What cannot be is named, with why, in words.
"""

import base64
import binascii
import enum
import hashlib
from dataclasses import dataclass

from fhir.paths import Json
from portal.letters import pictures

LARGEST = 10_000_000  # octets
LONGEST_TEXT = 400_000  # of text that a page shows
MOST_PIXELS = 60_000_000

PDF, PNG, JPEG, TEXT, HTML = "application/pdf", "image/png", "image/jpeg", "text/plain", "text/html"
XHTML = "application/xhtml+xml"
NAMES = {PDF: "PDF", PNG: "picture", JPEG: "picture", TEXT: "text"}
ENDINGS = {PDF: "pdf", PNG: "png", JPEG: "jpg", TEXT: "txt"}
READABLE = (HTML, XHTML, TEXT)
_ALIASES = {"image/jpg": JPEG, "application/x-pdf": PDF, "text/xhtml": XHTML}
# Others could do more than name letters.
_CHARSETS = frozenset(
    {"ascii", "us-ascii", "utf-8", "utf8", "utf-16", "iso-8859-1", "iso-8859-15", "windows-1252"}
)
_BEGINNINGS = {PDF: b"%PDF-", PNG: pictures.PNG, JPEG: pictures.JPEG}


class Fault(enum.StrEnum):
    """Why a file cannot be handed over, as the page says it."""

    EMPTY = "Nothing came with it. Ask the care team for a copy."
    ELSEWHERE = "It is kept in another system. Ask the care team for a copy."
    KIND = "This kind of file cannot be opened safely here. Ask the care team for a copy."
    NOT_AS_SAID = "It is not the kind of file that it says it is. Ask the care team for a copy."
    TOO_LARGE = "It is too large to open here. Ask the care team for a copy."
    BROKEN = "It arrived damaged. Ask the care team for a copy."
    ALTERED = "It is not just as it was sent, so it may be damaged. Ask the care team for a copy."


class Unreadable(Exception):
    """The file cannot be handed over; `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.name)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class File:
    """A file as it may be handed over, of the type it was proved to be."""

    content_type: str
    content: bytes


def type_of(element: Json) -> str:
    said = str(element.get("contentType") or "").partition(";")[0].strip().lower()
    return _ALIASES.get(said, said)


def opened(element: Json) -> File:
    """Return the file that a FHIR Attachment holds.

    :raises Unreadable: it holds none that can be shown or handed over.
    """
    content_type = type_of(element)
    if not element.get("data"):
        raise Unreadable(Fault.ELSEWHERE if element.get("url") else Fault.EMPTY)
    if content_type not in NAMES and content_type not in READABLE:
        raise Unreadable(Fault.KIND)
    content = _decoded(str(element["data"]))
    _check_against(element, content)
    if not _is_as_said(content_type, content):
        raise Unreadable(Fault.NOT_AS_SAID)
    if content_type in {PNG, JPEG}:
        _check_picture(content)
    return File(content_type, content)


def text_of(element: Json, file: File) -> str:
    """Return a text's letters, by the character set that it names, else by what fits.

    :raises Unreadable: it is too long to be a page.
    """
    if len(file.content) > LONGEST_TEXT:
        raise Unreadable(Fault.TOO_LARGE)
    for charset in (_charset(element), "utf-8", "cp1252"):
        try:
            return file.content.decode(charset).removeprefix("\ufeff")
        except UnicodeDecodeError:
            continue
    return file.content.decode("latin-1")


def _decoded(data: str) -> bytes:
    if len(data) * 3 // 4 > LARGEST:
        raise Unreadable(Fault.TOO_LARGE)
    try:
        return base64.b64decode("".join(data.split()), validate=True)
    except (binascii.Error, ValueError):
        raise Unreadable(Fault.BROKEN) from None


def _check_against(element: Json, content: bytes) -> None:
    """Compare with the size and SHA-1 that the sender gave, where they did."""
    if not content:
        raise Unreadable(Fault.EMPTY)
    size, digest = element.get("size"), element.get("hash")
    if size is not None and str(size) != str(len(content)):
        raise Unreadable(Fault.ALTERED)
    sha1 = hashlib.sha1(content, usedforsecurity=False)
    said = {base64.b64encode(sha1.digest()).decode(), _hexadecimal(sha1.hexdigest())}
    if digest is not None and "".join(str(digest).split()) not in said:
        raise Unreadable(Fault.ALTERED)


def _hexadecimal(digest: str) -> str:
    """Return a digest as some senders write it: its hexadecimal letters, encoded."""
    return base64.b64encode(digest.encode()).decode()


def _is_as_said(content_type: str, content: bytes) -> bool:
    if content_type in _BEGINNINGS:
        return content.startswith(_BEGINNINGS[content_type])
    return b"\0" not in content and not content.startswith(tuple(_BEGINNINGS.values()))


def _check_picture(content: bytes) -> None:
    total = pictures.pixels(content)
    if total is None:
        raise Unreadable(Fault.BROKEN)
    if total > MOST_PIXELS:
        raise Unreadable(Fault.TOO_LARGE)


def _charset(element: Json) -> str:
    parameters = str(element.get("contentType") or "").lower().partition(";")[2]
    found = [part.partition("=")[2].strip(" \"'") for part in parameters.split(";")]
    return next((name for name in found if name in _CHARSETS), "utf-8")

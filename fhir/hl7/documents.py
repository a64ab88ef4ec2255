"""Documents inside an OBX: usually a PDF in base64, whole or in pieces over several lines.

The payload is a view of the message until the pieces are put together. A document is never passed
on unless it is what it says it is, and no pointer to one elsewhere is ever followed.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from typing import Final

from fhir.hl7.datatypes import cleaned, dtm, some
from fhir.hl7.feeds import FeedSettings
from fhir.hl7.message import Segment, Unreadable
from fhir.hl7.values import TEXTS
from fhir.paths import Json

# What a document of a type begins with.
_BEGINNINGS: Final = {
    "application/pdf": b"%PDF-",
    "image/jpeg": b"\xff\xd8\xff",
    "image/png": b"\x89PNG\r\n\x1a\n",
}
_TAKEN: Final = frozenset({*_BEGINNINGS, "image/tiff", "text/plain", "application/rtf", "text/rtf"})
_PDF_AS_TEXT: Final = base64.b64encode(b"%PDF-")[:6]
_TYPES: Final = {"AP": "application", "IM": "image", "TEXT": "text", "TX": "text"}
_SUBTYPES: Final = {"jpg": "jpeg", "x-rtf": "rtf", "x-hl7-cda-level-one": "xml"}
# So many characters of base64 or hexadecimal show any of the beginnings.
_ENOUGH: Final = 32
_SHAPED: Final = frozenset({"ED", "CE", "CWE"})
_WITHDRAWN: Final = frozenset({"D", "W", "X"})
_BREAKS: Final = re.compile(rb"\\\.br\\|\\X(?:0[AD])+\\", re.IGNORECASE)


def is_document(obx: Segment) -> bool:
    """Whether a line carries a document or a piece of one; a pointer to one counts as none."""
    kind = obx[2].text().upper()
    if kind in _SHAPED:
        return kind == "ED" or bytes(obx[5].payload(4)[:6]).upper() == b"BASE64"
    return (kind in TEXTS or not kind) and obx[5].payload(1)[:6] == _PDF_AS_TEXT


def is_continued(first: Segment, obx: Segment) -> bool:
    """Whether `obx` goes on with the document that `first` begins, both in the shape of ED."""
    same = is_document(obx) and _type(obx) == _type(first)
    beginning = _BEGINNINGS.get(_type(first))
    if not same or not beginning:
        return False
    start = bytes(obx[5].payload(5)[:_ENOUGH])
    return not _decoded(obx, start[: len(start) // 4 * 4]).startswith(beginning)


def attachments(lines: Iterable[list[Segment]], feed: FeedSettings) -> list[Json]:
    """Return the documents that these groups of lines make up, but for those withdrawn."""
    return [_attachment(group, feed) for group in lines if group[0][11].text() not in _WITHDRAWN]


def _attachment(lines: list[Segment], feed: FeedSettings) -> Json:
    lines = sorted(lines, key=_set_id)
    first = lines[0]
    content_type = _type(first)
    if content_type not in _TAKEN:
        raise Unreadable(first[5].place, "documents of this type are not taken")
    data = _joined(lines, feed)
    if not data.startswith(_BEGINNINGS.get(content_type, b"")):
        raise Unreadable(first[5].place, f"the document is no {content_type}")
    digest = hashlib.sha1(data, usedforsecurity=False).digest()
    return {
        "contentType": content_type,
        "data": base64.b64encode(data).decode(),
        "size": len(data),
        "hash": base64.b64encode(digest).decode(),
        **(some(title=_title(first), creation=dtm(first[14].first, feed)) or {}),
    }


def _set_id(obx: Segment) -> int:
    said = obx[1].text()
    return int(said) if said.isdecimal() else 0


def _title(obx: Segment) -> str:
    return cleaned(obx[3].first.text(2)) or cleaned(obx[3].text())


def _joined(lines: list[Segment], feed: FeedSettings) -> bytes:
    component = 5 if _is_shaped(lines[0]) else 1
    pieces = [line[5].payload(component) for line in lines]
    if sum(map(len, pieces)) > feed.largest_document * 4 // 3 + 4 * len(pieces):
        raise Unreadable(lines[0][5].place, "the document is larger than this feed may send")
    if _encoding(lines[0]) == "A":
        return b"\r\n".join(pieces)
    # Cut as text, only the last piece can be padded; cut as bytes, each may be.
    if any(bytes(piece[-1:]) == b"=" for piece in pieces[:-1]):
        return b"".join(_decoded(lines[0], piece) for piece in pieces)
    return _decoded(lines[0], b"".join(pieces))


def _decoded(obx: Segment, data: bytes | memoryview) -> bytes:
    plain = bytes(data)
    if b"\\" in plain:
        plain = _BREAKS.sub(b"", plain)
    plain = plain.translate(None, b" \t\r\n")
    encoding = _encoding(obx)
    if encoding not in {"BASE64", "HEX"}:
        raise Unreadable(obx[5].place, "the encoding of the document is not known")
    try:
        if encoding == "HEX":
            return binascii.a2b_hex(plain)
        return binascii.a2b_base64(plain + b"=" * (-len(plain) % 4), strict_mode=True)
    except binascii.Error:
        raise Unreadable(obx[5].place, "the document is not encoded as it says") from None


def _encoding(obx: Segment) -> str:
    return bytes(obx[5].payload(4)).decode("latin-1").upper() if _is_shaped(obx) else "BASE64"


def _is_shaped(obx: Segment) -> bool:
    return obx[2].text().upper() in _SHAPED


def _type(obx: Segment) -> str:
    """Return the media type of ED-2 and ED-3, such as AP^PDF or application^pdf."""
    if not _is_shaped(obx):
        return "application/pdf"
    kind, sub = (cleaned(bytes(obx[5].payload(n)).decode("latin-1")) for n in (2, 3))
    if "/" in kind:
        return kind.lower()
    main = _TYPES.get(kind.upper(), kind.lower()) or "application"
    sub = _SUBTYPES.get(sub.lower(), sub.lower())
    return f"{main}/{sub}" if sub else f"{main}/octet-stream"

"""The documents that came with a report, to be saved: only kinds that a browser keeps inert."""

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass

from fhir.paths import Json
from portal.record import words

KINDS = {
    "application/pdf": "PDF",
    "image/jpeg": "picture",
    "image/png": "picture",
    "text/plain": "text",
}
ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png", "text/plain": "txt"}


@dataclass(frozen=True, slots=True)
class Attachment:
    """One document; `is_here` is false for one that we cannot safely hand over."""

    number: int
    title: str
    kind: str
    size: str
    is_here: bool


def attachments_of(report: Json) -> list[Attachment]:
    return list(_attachments(report))


def content_of(report: Json, number: int) -> tuple[bytes, str]:
    """Return a document and its type.

    :raises LookupError: there is none that can be handed over.
    """
    forms = report.get("presentedForm") or ()
    form = forms[number]
    kind = _kind(form)
    if kind not in KINDS:
        raise LookupError(number)
    try:
        return base64.b64decode(form["data"], validate=True), kind
    except binascii.Error:
        raise LookupError(number) from None


def _attachments(report: Json) -> Iterator[Attachment]:
    for number, form in enumerate(report.get("presentedForm") or ()):
        kind = _kind(form)
        data = str(form.get("data") or "")
        yield Attachment(
            number,
            str(form.get("title") or "Full report"),
            KINDS.get(kind, ""),
            words.size(len(data) * 3 // 4),
            is_here=bool(data) and kind in KINDS,
        )


def _kind(form: Json) -> str:
    return str(form.get("contentType") or "").partition(";")[0].strip().lower()

"""Letters for tests: each says only what the test is about."""

import base64
import hashlib
import struct

from tests.builders import Json

XHTML = "http://www.w3.org/1999/xhtml"
LETTER = """<h1>Your visit on 4 March 2026</h1><p>Dear Mrs Yusuf,</p>
<p>Thank you for coming to see me with your daughter.</p>
<h2>What we found</h2><p>Your breathing test is the same as last year. That is good.</p>
<h2>What changes</h2><ul><li>Carbocisteine goes up to 2 capsules, 3 times a day</li>
<li>Keep taking your iron tablets and your inhaler</li></ul>
<h2>What happens next</h2><p>We will talk by video on Thursday 12 March at 9:20am.</p>
<p>Yours sincerely,</p><p><strong>Dr Priya Nair</strong><br>Consultant in breathing medicine</p>"""


def attached(content: bytes | str, kind: str = "text/html", **more: object) -> Json:
    data = content.encode() if isinstance(content, str) else content
    return {"contentType": kind, "data": base64.b64encode(data).decode()} | more


def a_letter(of: str, *attachments: Json, **more: object) -> Json:
    """Make a DocumentReference of the patient with key `of`, as a feed would send it."""
    return {
        "resourceType": "DocumentReference",
        "status": "current",
        "type": {"text": "Letter from the breathing clinic"},
        "subject": {"reference": f"Patient/{of}"},
        "date": "2026-03-11T10:00:00Z",
        "author": [{"display": "Dr Priya Nair"}],
        "content": [{"attachment": one} for one in attachments or (attached(LETTER),)],
    } | more


def a_composition(of: str, *sections: Json, **more: object) -> Json:
    return {
        "resourceType": "Composition",
        "status": "final",
        "type": {"text": "Discharge summary"},
        "subject": {"reference": f"Patient/{of}"},
        "date": "2026-03-11T10:00:00Z",
        "author": [{"display": "Dr Priya Nair"}],
        "title": "Going home from the ward",
        "section": list(sections),
    } | more


def a_section(title: str, html: str = "", **more: object) -> Json:
    text = {"status": "generated", "div": f'<div xmlns="{XHTML}">{html}</div>'}
    return {"title": title} | ({"text": text} if html else {}) | more


def sha1(content: bytes) -> str:
    return base64.b64encode(hashlib.sha1(content).digest()).decode()  # noqa: S324 (as FHIR asks)


def a_png(width: int = 2, height: int = 2) -> bytes:
    """Make the beginning of a PNG that says that it has this size."""
    header = struct.pack(">II", width, height) + b"\x08\x02\x00\x00\x00"
    return b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + header + b"\x00\x00\x00\x00" + b"rest"


def a_jpeg(width: int = 2, height: int = 2) -> bytes:
    frame = b"\xff\xc0\x00\x11\x08" + struct.pack(">HH", height, width) + b"\x03" + b"\0" * 9
    return b"\xff\xd8\xff\xe0\x00\x04\x00\x00" + frame + b"\xff\xd9"

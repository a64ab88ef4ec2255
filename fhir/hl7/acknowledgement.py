"""What a sender is answered, in its own separators: stored, or not taken and why.

In the original mode one answer says that the message is stored. In the enhanced mode, which MSH-15
or MSH-16 asks for, that is the accept acknowledgement; the application's own follows where asked.
"""

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from fhir.hl7.header import Header
from fhir.hl7.message import Message, Unreadable
from fhir.hl7.times import HERE


class Outcome(enum.Enum):
    """What became of a message at the door."""

    STORED = "A"
    # We cannot store it now; the sender keeps it and sends it again.
    NOT_STORED = "E"
    # It is not for us, or no message at all; sending it again does not help.
    REJECTED = "R"


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a message is not taken: the place, a code of table 0357 and words without values."""

    place: str
    code: str
    text: str


_NAMES: Final = {
    "100": "Segment sequence error",
    "103": "Table value not found",
    "202": "Unsupported processing ID",
    "207": "Application internal error",
}
UNKNOWN_SENDER: Final = Problem("MSH-3", "103", "this sender is not known here")
WRONG_CERTIFICATE: Final = Problem("MSH-3", "103", "this certificate is not the sender's")
WRONG_PROCESSING: Final = Problem("MSH-11", "202", "this feed is agreed for another processing id")
CANNOT_STORE: Final = Problem("MSH", "207", "the message cannot be stored now")
TOO_LARGE: Final = Problem("MSH", "207", "the message is too large")

_ALWAYS, _NEVER, _ON_ERROR, _ON_SUCCESS = "AL", "NE", "ER", "SU"
_LOCATION: Final = re.compile(r"([A-Z0-9]{3})(?:\[(\d+)\])?(?:-(\d+))?")
# From this version on ERR says place, code and severity in fields of their own.
_ERR_IN_FIELDS: Final = "2.5"


def unreadable(refused: Unreadable, now: datetime, control_id: str) -> bytes:
    """Return the answer to what has no header that we can read."""
    stamp = _stamps(int(now.timestamp()))[0].decode()
    text = refused.message.replace("\r", " ")
    lines = (
        rf"MSH|^~\&|||||{stamp}||ACK|{control_id}|P|2.5",
        f"MSA|AR||{text}",
        f"ERR||{refused.place}|100^{_NAMES['100']}^HL70357|E||||{text}",
    )
    return ("\r".join(lines) + "\r").encode("ascii", "replace")


def answers(
    header: Header,
    outcome: Outcome,
    now: datetime,
    problem: Problem | None = None,
    ack: Mapping[str, str] | None = None,
) -> list[bytes]:
    """Return what to send back, in order; nothing where the sender wants nothing.

    `ack` is what was agreed with the feed: {"mode": "original" | "enhanced"} overrules the header.
    """
    wants_accept, wants_application = header.said.wants
    mode = ack.get("mode", "") if ack else ""
    enhanced = mode == "enhanced" or (mode != "original" and bool(wants_accept + wants_application))
    if not enhanced:
        return [_answer(header, f"A{outcome.value}", now, problem, b"1")]
    found = []
    if _wanted(wants_accept or _ALWAYS, outcome):
        found.append(_answer(header, f"C{outcome.value}", now, problem, b"1"))
    if outcome is Outcome.STORED and _wanted(wants_application or _NEVER, outcome):
        found.append(_answer(header, "AA", now, None, b"2"))
    return found


def _wanted(condition: str, outcome: Outcome) -> bool:
    if condition == _NEVER:
        return False
    if condition == _ON_ERROR:
        return outcome is not Outcome.STORED
    return condition != _ON_SUCCESS or outcome is Outcome.STORED


def _answer(header: Header, code: str, now: datetime, problem: Problem | None, nth: bytes) -> bytes:
    """Put together the parts that are the same for every message of the sender, and the others."""
    known = header.said.answers
    parts = known.get((code, problem))
    if parts is None:
        parts = known[code, problem] = _parts(header.said.message, code, problem)
    start, middle, msa, bar, after, end = parts
    stamp, moment = _stamps(int(now.timestamp()))
    ours = b"DB%b%06d%b" % (moment, now.microsecond, nth)
    number = b"".join((bar, header.number, after)).rstrip(bar)
    return b"".join((start, stamp, middle, ours, msa, number, end))


def _parts(header: Message, code: str, problem: Problem | None) -> tuple[bytes, ...]:
    marks = header.reading.separators
    bar, caret = marks.field, marks.component
    encoding = b"".join((caret, marks.repetition, marks.escape, marks.subcomponent))
    said = header.segments[0]
    event = header.raw_field("MSH-9", 2)
    kind = [b"ACK", event, b"ACK"] if event else [b"ACK"]
    start = bar.join((b"MSH", encoding, *(said.raw(n) for n in (5, 6, 3, 4)), b""))
    middle = bar.join((b"", b"", caret.join(kind), b""))
    msa = bar.join((b"", said.raw(11), said.raw(12))) + b"\rMSA" + bar + code.encode()
    after = bar + problem.text.encode() if problem else b""
    err = b"\r" + _err(problem, header, bar, caret) if problem else b""
    return start, middle, msa, bar, after, err + b"\r"


def _err(problem: Problem, header: Message, bar: bytes, caret: bytes) -> bytes:
    matched = _LOCATION.match(problem.place)
    name, nth, number = matched.groups() if matched else ("MSH", None, None)
    location = caret.join(
        part.encode() for part in (name, nth or "1", *([number] if number else ()))
    )
    said = [problem.code, _NAMES[problem.code], "HL70357"]
    if header.text("MSH-12") < _ERR_IN_FIELDS:
        part = header.reading.separators.subcomponent
        coded = part.join(word.encode() for word in said)
        place = location if number else location + caret
        return bar.join((b"ERR", caret.join((place, coded))))
    coded = caret.join(word.encode() for word in said)
    return bar.join((b"ERR", b"", location, coded, b"E", b"", b"", b"", problem.text.encode()))


@lru_cache(maxsize=4)
def _stamps(second: int) -> tuple[bytes, bytes]:
    """Return a moment as here, with its offset, and as in our control ids."""
    now = datetime.fromtimestamp(second, UTC)
    return f"{now.astimezone(HERE):%Y%m%d%H%M%S%z}".encode(), f"{now:%Y%m%d%H%M%S}".encode()

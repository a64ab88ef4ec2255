"""What must be known of a message before it is read: whose it is, and which reports it brings.

Found at the door, where failing to find it is no reason to turn a message away.
"""

from typing import Final, NamedTuple

from fhir.hl7.feeds import FeedSettings
from fhir.hl7.glance import at_a_glance
from fhir.hl7.mapping import Here, Making
from fhir.hl7.message import Message, Unreadable
from fhir.hl7.outline import outlined
from fhir.hl7.people import identifiers
from fhir.hl7.reports import report_key
from fhir.search.values import NHS_NUMBER, token_hash

_DEPTHS: Final = {"PID": 1, "ORC": 2, "OBR": 2}
_READ: Final = frozenset({"MSH", "EVN", *_DEPTHS})
_BYTES: Final = 8


class Envelope(NamedTuple):
    """`person` is the lane in which messages keep their order; `reports` are their keys."""

    kind: str = ""
    person: bytes = b""
    reports: tuple[str, ...] = ()


def lane_of(system: str, value: str) -> bytes:
    """Return the lane of the person who bears a number; the store's index knows it as a hash."""
    return token_hash(system, value).to_bytes(_BYTES, "big", signed=True)


def envelope_of(raw: bytes, feed: FeedSettings) -> Envelope:
    """Read what can be read: of a message in pieces, nothing."""
    if seen := at_a_glance(raw, feed):
        kind, number, reports = seen
        return Envelope(kind, lane_of(NHS_NUMBER, number), reports)
    return read_envelope(raw, feed)


def read_envelope(raw: bytes, feed: FeedSettings) -> Envelope:
    """Read what can be read, of any message."""
    try:
        message = Message.read(raw, feed.charset, _READ)
    except Unreadable:
        return Envelope()
    kind = "^".join(message.kind)
    root = outlined(message, _DEPTHS)
    people = list(root.with_own("PID"))
    if len(people) != 1:
        return Envelope(kind)
    making = Making(feed, message.kind[1])
    try:
        numbers = identifiers(Here(people[0], making))
        lane = lane_of(numbers[0]["system"], numbers[0]["value"]) if numbers else b""
        reports = tuple(report_key(Here(one, making)) for one in people[0].with_own("OBR"))
    except Unreadable:
        return Envelope(kind)
    return Envelope(kind, lane, reports)

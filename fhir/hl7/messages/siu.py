"""SIU: a visit is booked (S12), moved (S13), changed (S14) or called off (S15, S16).

Or it is struck out (S17), or nobody came (S26). Its person must be known already.
"""

from typing import Final

from fhir.hl7 import bookings, confidential
from fhir.hl7.datatypes import cwe
from fhir.hl7.feeds import FeedSettings
from fhir.hl7.mapping import Here, Making, Mapped, Resource, bundle_of
from fhir.hl7.message import Message, Unreadable
from fhir.hl7.outline import outlined
from fhir.hl7.people import key_of_person, only_person, person_of
from fhir.hl7.rules import At, made

KINDS: Final = frozenset(
    ("SIU", event) for event in ("S12", "S13", "S14", "S15", "S16", "S17", "S26")
)
# A visit before its person waits for them (decisions 30).
INTRODUCES: Final[frozenset[tuple[str, str]]] = frozenset()

# SCH, TQ1, PID and PV1 stand side by side, before the groups of what the visit needs.
_DEPTHS: Final = {"RGS": 1, "AIS": 2, "AIG": 2, "AIL": 2, "AIP": 2}


def mapped(message: Message, feed: FeedSettings) -> Mapped:
    root = outlined(message, _DEPTHS)
    making = Making(feed, message.kind[1])
    here = Here(only_person(root), making)
    for name in ("PID", "SCH"):
        if len(root.own(name)) != 1:
            raise Unreadable(name, "there is not one, and one alone")
    known_as = making.url("Patient", key_of_person(here))
    making.urls["Patient", id(root)] = known_as
    bundle = bundle_of(root, [APPOINTMENT], making)
    return Mapped(bundle, person_of(here), known_as, making.removed, tuple(making.warnings))


APPOINTMENT: Final = Resource(
    "Appointment",
    per="SCH",
    key=bookings.key,
    elements={
        "meta": {"security": made(confidential.of_visit, "PV1-16")},
        "identifier": made(bookings.identifiers, "SCH-1", "SCH-2"),
        "status": made(bookings.status, "SCH-25"),
        "cancelationReason": made(bookings.why, "SCH-6"),
        "serviceType": made(bookings.services, "AIS-3"),
        "appointmentType": At("SCH-8", cwe),
        "start": made(bookings.start, "SCH-11", "TQ1-7", "AIS-4", "AIG-8", "AIL-6", "AIP-6"),
        "end": made(
            bookings.end, "SCH-11", "TQ1-8", "SCH-9", "SCH-10", "AIS-7", "AIG-11", "AIL-9", "AIP-9"
        ),
        "minutesDuration": made(bookings.minutes, "SCH-9", "SCH-10"),
        "basedOn": made(bookings.orders, "SCH-26", "SCH-27"),
        "participant": made(bookings.participants, "PID-3", "PID-2", "PID-4", "AIP-3", "AIL-3"),
    },
)

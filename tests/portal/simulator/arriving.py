"""Lets what the simulator says arrive in the record without a network between."""

import json

from fhir.access import SYSTEM
from fhir.hl7.feeds import FeedSettings
from fhir.hl7.message import Message
from fhir.hl7.messages import mapped
from fhir.intake import Source, accept
from fhir.raw import Number
from fhir.validation import check
from portal.simulator.hospital import ODS, RECORDS


def bundle_arrives(bundle, feed=RECORDS, known=None):
    text = json.dumps(bundle, default=_number)
    return accept(check(text).entries(), Source(feed, SYSTEM, known=known or {}))


def message_arrives(sent, patient=""):
    feed = FeedSettings(sent.split(b"|", 3)[2].decode(), ODS)
    found = mapped(Message.read(sent), feed)
    known = {found.known_as: f"Patient/{patient}"} if patient else {}
    return bundle_arrives(found.bundle, feed.name, known)


def _number(one):
    if isinstance(one, Number):
        return float(one.sent)
    raise TypeError(one)

"""A laboratory and a patient administration system that speak HL7 v2, and who looks after them."""

import hashlib
import html
import re
from datetime import UTC, datetime

import pytest
from django.db import connection

from fhir.access import SYSTEM
from fhir.hl7 import inbox
from fhir.hl7.agreements import settings_from
from fhir.hl7.envelope import envelope_of
from fhir.models import Feed, InboundMessage
from fhir.scope import scoped
from fhir.store import Repository
from portal import clock
from portal.identity.models import Role
from tests.builders import a_patient, a_report
from tests.fhir.hl7.hospital import a_feed
from tests.fhir.hl7.reading import OBR, PID, written
from tests.signing_in import a_login, signed_in

NOW = datetime(2026, 3, 10, 10, 41, tzinfo=UTC)
HB = "OBX|1|NM|718-7^Haemoglobin^LN||112|g/L|115 - 165|L|||F"
# A result that cannot be taken: this is no status.
BROKEN = HB.replace("|||F", "|||?")


@pytest.fixture
def feeds(moved_clock):
    moved_clock.move_to(NOW)
    inbox._Sweep.last_at = float("-inf")
    a_feed("winpath", silence_minutes=30, phone="01632 960 777")
    a_feed("pas", "MILLPAS|RMB")
    return moved_clock


@pytest.fixture
def arrives(feeds):
    """Keep a message as the listener does, and return its number."""

    def keep(*lines, kind="ORU^R01", feed="winpath", control_id="1"):
        raw = written(*lines, kind=kind)
        envelope = envelope_of(raw, settings_from(Feed.objects.filter(name=feed).values().first()))
        with scoped(SYSTEM):
            kept = InboundMessage.objects.create(
                feed=feed,
                control_id=control_id,
                digest=hashlib.sha256(raw).digest(),
                raw=raw,
                kind=envelope.kind,
                person=envelope.person,
                report_key="\n".join(envelope.reports),
                received_at=clock.now(),
                due_at=clock.now(),
            )
        heard(feed)
        return kept.pk

    return keep


def heard(feed, at=None):
    Feed.objects.filter(name=feed).update(last_used_at=at or clock.now())


def worked():
    """Read all that may be read."""
    return sum(iter(inbox.process_next, 0))


def state_of(number):
    with scoped(SYSTEM):
        return InboundMessage.objects.get(pk=number).state


def rows(statement, *parameters):
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()


@pytest.fixture
def registered(arrives):
    arrives(PID, kind="ADT^A28", feed="pas")
    worked()


@pytest.fixture
def parked(registered, arrives):
    """Give the number of a message that cannot be read."""
    number = arrives(PID, OBR, BROKEN)
    worked()
    assert state_of(number) == "parked"
    return number


@pytest.fixture
def alex(db):
    return a_login("Alex Byrne", Role.OPERATIONS, job_title="Systems")


@pytest.fixture
def browser(alex):
    return signed_in(alex)


@pytest.fixture
def record(feeds):
    """Give the key of a record with a result that came from the laboratory."""
    system = Repository(SYSTEM)
    key = system.create(a_patient("9991013172", "Carter", "Ben", "1991-06-19")).id
    report = system.create(a_report(key)).id
    rows_of = "UPDATE portal_fhir_resource SET source = 'winpath' WHERE logical_id = %s"
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute(rows_of, [report])
    return key


def main(page):
    return page.content.decode().split('id="maincontent"')[1]


def plain(text):
    """Return the words of markup."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split()).replace(" .", ".")

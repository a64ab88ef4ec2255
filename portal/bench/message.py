"""A report from frame to committed and released record, beside POSTing the bundle it becomes."""

import hashlib
import statistics
from datetime import datetime
from http import HTTPStatus
from zoneinfo import ZoneInfo

import psycopg
from django.db import connection
from django.test import Client

from fhir import deliveries
from fhir.access import SYSTEM
from fhir.hl7 import capture, inbox
from fhir.hl7.envelope import envelope_of
from fhir.hl7.feeds import FeedSettings
from fhir.hl7.message import Message
from fhir.hl7.messages import mapped
from fhir.raw import dump
from fhir.scope import scoped
from fhir.store import Criteria, Repository
from portal import clock
from portal.bench import measures, messages

LIMIT = 1.5
TIMES, ROUNDS, VALUES = 60, 5, 5
TUESDAY = datetime(2026, 3, 10, 10, tzinfo=ZoneInfo("Europe/London"))
_FEED = FeedSettings(messages.FEED, "RMB")


def prepare(superuser: psycopg.Connection) -> None:
    """Let the clock be moved into working hours."""
    superuser.execute("UPDATE daybook_clock SET may_move = true")


def run() -> dict[str, float]:
    """Send the same kind of report by either door, by turns, and release it."""
    clock.move_to(TUESDAY)
    token = messages.admit_laboratory()
    people = messages.people(2 * TIMES)
    messages.register(people)
    client = Client(HTTP_AUTHORIZATION=f"Bearer {token}", HTTP_HOST="localhost")
    by_message, by_bundle = [], []
    for n in range(ROUNDS + 1):
        said = [_report(f"M{n}", m, people[m]) for m in range(TIMES)]
        posted = [_bundle(_report(f"B{n}", m, one), one) for m, one in enumerate(people[TIMES:])]
        with measures.cpu() as one:
            take(said)
        with measures.cpu() as other:
            _post(client, posted)
        if n:  # the first round warms up
            by_message.append(1000 * one.total / TIMES)
            by_bundle.append(1000 * other.total / TIMES)
    ours, bare = statistics.median(by_message), statistics.median(by_bundle)
    return {
        "message, ms of CPU, released": ours,
        "bundle, ms of CPU, released": bare,
        "released of those sent": _released() / (2 * TIMES * (ROUNDS + 1)),
        "ratio": ours / bare,
        "limit": LIMIT,
    }


def _report(series: str, n: int, person: messages.Person) -> bytes:
    return messages.report(f"{series}-{n}", person, TUESDAY, VALUES)


def _bundle(raw: bytes, person: messages.Person) -> bytes:
    """Return the bundle that the message becomes, as a hospital would POST it."""
    found = mapped(Message.read(raw), _FEED)
    return dump(found.bundle).replace(found.known_as, f"Patient/{person.key}").encode()


def take(said: list[bytes]) -> None:
    """Put messages into the record, each released before the next is read."""
    for raw in said:
        _keep(raw)
        while inbox.process_next():
            pass
        _deliver()


def _keep(raw: bytes) -> None:
    """Commit a message as the listener does, alone."""
    seen = envelope_of(raw, _FEED)
    control = raw.split(b"|")[9].decode()
    digest = hashlib.sha256(raw).digest()
    row = (messages.FEED, control, digest, raw, seen.kind, seen.person, " ".join(seen.reports))
    with scoped(SYSTEM), psycopg.Cursor(connection.connection) as cursor:
        columns = [[value] for value in (*row, False)]
        cursor.execute(capture.KEEP, [*columns, capture.CHANNEL])


def _post(client: Client, posted: list[bytes]) -> None:
    for text in posted:
        answer = client.post("/fhir/R4", text, content_type="application/fhir+json")
        if answer.status_code != HTTPStatus.OK:
            msg = f"the door answered {answer.status_code}"
            raise RuntimeError(msg)
        _deliver()


def _deliver() -> None:
    while deliveries.deliver_next():
        pass


def _released() -> int:
    wanted = Criteria("DiagnosticReport", withheld=False, count=100_000)
    return Repository(SYSTEM).count(wanted)

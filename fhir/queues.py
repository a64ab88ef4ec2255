"""What operators may know and do about single messages, and about records whose login is held."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from fhir import audit, changes
from fhir.access import SYSTEM, Interaction, Viewer
from fhir.audit import Seen
from fhir.changes import Change
from fhir.feeds import known
from fhir.hl7 import queue
from fhir.hl7.agreements import settings_from
from fhir.hl7.mapping import NotMapped
from fhir.hl7.message import Message, Unreadable
from fhir.hl7.messages import to_bundle
from fhir.paths import Json
from fhir.scope import scoped


@dataclass(frozen=True, slots=True)
class Held:
    """A record that no login may open until somebody has looked; `messages` are why."""

    patient: str
    since: datetime
    messages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Made:
    """What a message would make with today's mapping, or where it cannot be read."""

    resources: tuple[Json, ...] = ()
    place: str = ""
    fault: str = ""


def behind(number: int) -> int:
    """Return how many later messages of the same person wait for this one."""
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM portal_fhir_inboundmessage m JOIN portal_fhir_inboundmessage w"
            " ON w.person = m.person AND w.feed = m.feed AND w.id > m.id"
            " AND w.state IN ('waiting', 'retry') WHERE m.id = %s AND m.person <> ''",
            [number],
        )
        found: int = cursor.fetchone()[0]
    return found


def would_make(number: int) -> Made:
    """Return what a message would make if it were read now; nothing is written."""
    entry = queue.entry(number)
    feed = next((one for one in known() if entry and one.name == entry.feed), None)
    if entry is None or feed is None or entry.kind == "FHIR":
        return Made()
    settings = settings_from(vars(feed))
    try:
        bundle = to_bundle(Message.read(queue.raw_of(number), settings.charset), settings)
    except NotMapped:
        return Made(place="MSH-9", fault="such messages are not read")
    except Unreadable as fault:
        return Made(place=fault.place, fault=fault.message)
    return Made(tuple(one["resource"] for one in bundle["entry"]))


def account(viewer: Viewer, number: int, interaction: Interaction = Interaction.READ) -> None:
    """Leave in the audit that somebody saw a message's hidden fields, or acted on it."""
    entry = queue.entry(number)
    seen = Seen(entry.patient if entry else "", "InboundMessage", [str(number)])
    audit.write(viewer, interaction, [seen])


def annotate(number: int, note: str) -> None:
    """Add a line to what operators have written about a message."""
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE portal_fhir_inboundmessage SET note = ltrim(note || E'\\n' || %s, E'\\n')"
            " WHERE id = %s",
            [note, number],
        )


def held() -> list[Held]:
    """Return the records whose login is held, the longest first."""
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.patient, s.held_at, array_remove(array_agg(m.id ORDER BY m.id), NULL)"
            " FROM portal_fhir_stream s LEFT JOIN portal_fhir_inboundmessage m"
            " ON m.patient = s.patient AND m.state = 'review' WHERE s.held_at IS NOT NULL"
            " GROUP BY s.patient, s.held_at ORDER BY s.held_at"
        )
        return [Held(patient, since, tuple(ids)) for patient, since, ids in cursor.fetchall()]


def unhold(viewer: Viewer, patient: str) -> bool:
    """Let logins open the record again and return whether it was held; pages are told."""
    with scoped(SYSTEM):
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE portal_fhir_stream SET held_at = NULL"
                " WHERE patient = %s AND held_at IS NOT NULL",
                [patient],
            )
            was_held = bool(cursor.rowcount)
        if was_held:
            audit.write(viewer, Interaction.LABEL, [Seen(patient, "Patient", [patient])])
            changes.record([Change(patient, "", "", 0, changes.AUTH)])
    return was_held

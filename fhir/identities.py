"""Records closed to every login because a feed wanted to change whose they are (decisions 30)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import connection
from django.utils.crypto import salted_hmac

from fhir import audit, changes, holdings
from fhir.access import SYSTEM, Interaction, Verdict, Viewer
from fhir.audit import Call, Seen
from fhir.changes import Change
from fhir.feeds import known
from fhir.hl7 import queue
from fhir.hl7.agreements import settings_from
from fhir.hl7.mapping import NotMapped
from fhir.hl7.message import Message, Unreadable
from fhir.hl7.messages import mapped
from fhir.matching import Person, person_of
from fhir.queues import NotTheirs
from fhir.raw import parse
from fhir.scope import scoped
from fhir.search.folding import folded


@dataclass(frozen=True, slots=True)
class Held:
    """A record that no login may open; `messages` are those that asked for the change.

    `handle` stands for the record in addresses and forms, and tells nobody which one it is.
    """

    handle: str
    patient: str
    since: datetime
    messages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom the record is of, and whom a message wants it to be of; None where it cannot be read."""

    number: int
    feed: str
    is_now: Person | None
    would_be: Person | None

    @property
    def differences(self) -> tuple[str, ...]:
        """What differs, by name and never by value."""
        if self.is_now is None or self.would_be is None:
            return ()
        return tuple(_differences(self.is_now, self.would_be))


def held() -> list[Held]:
    """Return the records whose logins are held, the longest first."""
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.patient, s.held_at, array_remove(array_agg(m.id ORDER BY m.id), NULL)"
            " FROM portal_fhir_stream s LEFT JOIN portal_fhir_inboundmessage m"
            " ON m.patient = s.patient AND m.state = 'review' WHERE s.held_at IS NOT NULL"
            " GROUP BY s.patient, s.held_at ORDER BY s.held_at"
        )
        return [Held(_handle(row[0]), row[0], row[1], tuple(row[2])) for row in cursor.fetchall()]


def by_handle(handle: str) -> Held | None:
    return next((one for one in held() if one.handle == handle), None)


def asked(one: Held) -> list[Asked]:
    """Return what each message asked for; values in it are to be shown only after `open_up`."""
    with scoped(SYSTEM):
        texts = holdings.texts([("Patient", one.patient)])
    is_now = next((person_of(parse(text).resource) for text in texts.values()), None)
    return [_asked(number, is_now) for number in one.messages]


def open_up(viewer: Viewer, one: Held, reason: str) -> None:
    """Account for looking at who this is; the person can read it in their access log.

    :raises NotTheirs: the record is the viewer's own or a relation's.
    """
    _require_theirs(viewer, Interaction.READ, one, reason)
    _write(viewer, Interaction.READ, one, reason)


def release(viewer: Viewer, one: Held, reason: str, note: str) -> bool:
    """Leave the record as it is and let logins open it again; return whether it was held.

    The messages that asked are set aside, and open pages are told.

    :raises NotTheirs: the record is the viewer's own or a relation's.
    """
    _require_theirs(viewer, Interaction.LABEL, one, reason)
    with scoped(SYSTEM):
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE portal_fhir_stream SET held_at = NULL"
                " WHERE patient = %s AND held_at IS NOT NULL",
                [one.patient],
            )
            was_held = bool(cursor.rowcount)
        if was_held:
            queue.set_aside(one.messages, note)
            _write(viewer, Interaction.LABEL, one, reason)
            changes.record([Change(one.patient, "", "", 0, changes.AUTH)])
    return was_held


def _require_theirs(viewer: Viewer, interaction: Interaction, one: Held, reason: str) -> None:
    if one.patient in viewer.barred:
        _write(viewer, interaction, one, reason, Verdict.BARRED)
        raise NotTheirs


def _write(
    viewer: Viewer,
    interaction: Interaction,
    one: Held,
    reason: str,
    outcome: Verdict = Verdict.ALLOWED,
) -> None:
    seen = [Seen(one.patient, "Patient", [one.patient])]
    audit.write(replace(viewer, request=reason), Call(interaction, seen, outcome))


def _handle(patient: str) -> str:
    return salted_hmac("fhir.identities", patient, algorithm="sha256").hexdigest()[:24]


def _asked(number: int, is_now: Person | None) -> Asked:
    entry = queue.entry(number)
    feed = next((one for one in known() if entry and one.name == entry.feed), None)
    if feed is None:
        return Asked(number, "", is_now, None)
    settings = settings_from(vars(feed))
    try:
        said = mapped(Message.read(queue.raw_of(number), settings.charset), settings).person
    except (Unreadable, NotMapped):
        return Asked(number, feed.name, is_now, None)
    return Asked(number, feed.name, is_now, said)


def _differences(is_now: Person, would_be: Person) -> Iterator[str]:
    if is_now.nhs_number != would_be.nhs_number:
        yield "NHS number"
    names = [{folded(name) for name in one.family_names} for one in (is_now, would_be)]
    if not names[0] & names[1]:
        yield "family name"
    if is_now.birth_date != would_be.birth_date:
        yield "date of birth"

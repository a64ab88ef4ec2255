"""What operators do to messages, each act accounted for with its reason.

A member of staff does nothing to a message about themselves or a relation (decisions 18).
"""

from collections.abc import Sequence
from dataclasses import replace

from django.db import connection

from fhir import audit
from fhir.access import SYSTEM, Interaction, Verdict, Viewer
from fhir.audit import Call, Seen
from fhir.hl7 import queue
from fhir.hl7.inbox import State
from fhir.scope import scoped

# As it stands in the audit. It is no resource, so that no row about it shows in a patient's log.
KIND = "InboundMessage"
# As many are read again at one go.
MOST = 1_000


class NotTheirs(Exception):
    """The message is about the operator, or a relation of theirs."""


def opened(viewer: Viewer, number: int, reason: str) -> bytes:
    """Return a message's bytes, to be shown as they came.

    :raises NotTheirs: it is about the viewer or a relation.
    """
    seen = _theirs(viewer, Interaction.READ, [number], reason)
    audit.write(replace(viewer, request=reason), Call(Interaction.READ, seen))
    return queue.raw_of(number)


def read_again(viewer: Viewer, numbers: Sequence[int], reason: str) -> list[int]:
    """Let messages be read again from the beginning and return those that will be.

    :raises NotTheirs: one is about the viewer or a relation.
    """
    seen = _theirs(viewer, Interaction.UPDATE, numbers, reason)
    with scoped(SYSTEM):
        audit.write(replace(viewer, request=reason), Call(Interaction.UPDATE, seen))
        return queue.read_again(numbers)


def set_aside(viewer: Viewer, number: int, reason: str, note: str) -> bool:
    """Let a message hold nobody up any more, and return whether that is new.

    :raises NotTheirs: it is about the viewer or a relation.
    """
    seen = _theirs(viewer, Interaction.UPDATE, [number], reason)
    with scoped(SYSTEM):
        audit.write(replace(viewer, request=reason), Call(Interaction.UPDATE, seen))
        entry = queue.entry(number)
        before = f"{entry.note}\n" if entry and entry.note else ""
        return queue.set_aside([number], before + note) == [number]


def _theirs(
    viewer: Viewer, interaction: Interaction, numbers: Sequence[int], reason: str
) -> list[Seen]:
    """Return what the audit will say of these messages; a refusal stands in it by itself."""
    about = _people(numbers)
    seen = [Seen(about.get(number, ""), KIND, [str(number)]) for number in numbers]
    if barred := [one for one in seen if one.patient in viewer.barred]:
        audit.write(replace(viewer, request=reason), Call(interaction, barred, Verdict.BARRED))
        raise NotTheirs
    return seen


def behind(number: int) -> int:
    """Return how many later messages of the same person wait for this one."""
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM portal_fhir_inboundmessage m JOIN portal_fhir_inboundmessage w"
            " ON w.person = m.person AND w.feed = m.feed AND w.id > m.id"
            " AND w.state IN ('waiting', 'retry') WHERE m.id = %s AND m.person <> ''"
            " AND m.state = ANY(%s)",
            [number, [State.PARKED, State.RETRY, State.WAITING]],
        )
        found: int = cursor.fetchone()[0]
    return found


def _people(numbers: Sequence[int]) -> dict[int, str]:
    """Return whom each message is about, as far as that is known: by its lane if by nothing else.

    A lane is eight bytes of the hash under which the index knows the number.
    """
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            "SELECT m.id, coalesce(nullif(m.patient, ''), min(t.patient))"
            " FROM portal_fhir_inboundmessage m LEFT JOIN portal_fhir_token t"
            " ON length(m.person) = 8 AND t.name = 'identifier' AND t.resource_type = 'Patient'"
            " AND t.hash = ('x' || encode(m.person, 'hex'))::bit(64)::bigint"
            " WHERE m.id = ANY(%s) GROUP BY m.id, m.patient",
            [list(numbers)],
        )
        return {number: patient or "" for number, patient in cursor.fetchall()}

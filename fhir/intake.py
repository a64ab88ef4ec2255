"""What arrives from outside, on its way into the record.

One bundle is one transaction: each entry finds its address (a name the feed has used before, or a
new one), references follow, the patient is matched, results are withheld, and the whole is written
or refused. The same bundle again gets the same answer and changes nothing (decisions 22, 29, 30).
"""

import hashlib
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from django.db import OperationalError, connection

from fhir import changes
from fhir.access import SYSTEM
from fhir.arrivals import Bundle, IdentityChanged, Refused, Source, Unmatched
from fhir.changes import Change
from fhir.origins import Names, Raced
from fhir.raw import Entry
from fhir.scope import scoped
from fhir.writing import Written

Result = TypeVar("Result")

__all__ = [
    "IdentityChanged",
    "Refused",
    "Source",
    "Unmatched",
    "accept",
    "accept_once",
    "keep_late",
    "keep_unmatched",
    "lateness",
]

_LATE: Final = "it is older than what is held, and was kept as history"


def accept(entries: Sequence[Entry], source: Source, names: Names | None = None) -> list[Written]:
    """Write a bundle's entries, all or none, and return what became of each, in order.

    Each entry has been checked by `fhir.validation` and is a POST or a PUT with a resource.
    `names` are those that the transaction around has asked for already.

    :raises Refused, Unmatched, IdentityChanged: it is not taken.
    :raises Conflict: an entry's ifMatch is not the current version.
    """
    return _again_if_raced(lambda: Bundle(entries, source, names).write())


def accept_once(
    sent: bytes, entries: Sequence[Entry], source: Source, answer: Callable[[list[Written]], str]
) -> str:
    """Write a bundle as `accept` does and return our answer; the same bytes get the same answer."""
    digest = hashlib.sha256(sent).digest()

    def once() -> str:
        if (said := _answer_to(source.feed, digest)) is not None:
            return said
        said = answer(Bundle(entries, source).write())
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO portal_fhir_submission (feed, digest, received_at, answer)"
                " VALUES (%s, %s, daybook_now(), %s) ON CONFLICT DO NOTHING",
                [source.feed, digest, said],
            )
            if not cursor.rowcount:
                raise Raced
        return said

    return _again_if_raced(once)


def lateness(written: Sequence[Written]) -> tuple[str, ...]:
    """Return what is to be remarked where something came after a newer version of it."""
    return (_LATE,) if any(one.outcome == "late" for one in written) else ()


def keep_late(feed: str, sent: bytes, written: Sequence[Written]) -> None:
    """Keep a bundle with what changed nothing because it came late, for operations to find."""
    late = [one.draft for one in written if one.outcome == "late"]
    if late:
        _keep(feed, sent, state="done", attempts=1, patient=late[0].patient, note=_LATE)


def _answer_to(feed: str, digest: bytes) -> str | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT answer FROM portal_fhir_submission WHERE feed = %s AND digest = %s",
            [feed, digest],
        )
        row = cursor.fetchone()
    return row[0] if row else None


def _again_if_raced(work: Callable[[], Result]) -> Result:
    """Do the work in a transaction; once more if another gave a name away first."""
    for last in (False, False, True):
        try:
            # Nobody goes on after a fault of it within the same scope.
            with scoped(SYSTEM, undoes=False):
                return work()
        except (Raced, OperationalError):
            if last or connection.in_atomic_block:
                raise
        except IdentityChanged as changed:
            _hold(changed.patient)
            raise
    raise AssertionError


def _hold(patient: str) -> None:
    """Let no login open the record until a person has looked; open pages close."""
    with scoped(SYSTEM):
        changes.record([Change(patient, "", "", 0, changes.AUTH)])
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE portal_fhir_stream SET held_at = daybook_now() WHERE patient = %s",
                [patient],
            )


def keep_unmatched(feed: str, sent: bytes, refused: Unmatched) -> None:
    """Keep a bundle until its person arrives; shown to nobody but operations (decisions 20, 30)."""
    issue = refused.issues[0]
    _keep(feed, sent, state="unmatched", place=issue.path, error=issue.message)


_KEEP: Final = """
INSERT INTO portal_fhir_inboundmessage (feed, control_id, digest, raw, kind, person, report_key,
  received_at, due_at, done_at, state, attempts, out_of_order, reused_control_id, place, error,
  patient, note)
VALUES (%(feed)s, %(control_id)s, %(digest)s, %(sent)s, 'FHIR', '', '', daybook_now(),
  daybook_now(), CASE WHEN %(state)s = 'done' THEN daybook_now() END, %(state)s, %(attempts)s,
  false, false, %(place)s, %(error)s, %(patient)s, %(note)s)
ON CONFLICT DO NOTHING
"""
_NOTHING: Final[dict[str, str | int]] = {
    "attempts": 0, "place": "", "error": "", "patient": "", "note": "",
}  # fmt: skip


def _keep(feed: str, sent: bytes, **known: str | int) -> None:
    """Keep a bundle as the listener keeps messages, once."""
    digest = hashlib.sha256(sent).digest()
    kept: dict[str, str | int | bytes] = {"feed": feed, "digest": digest, "sent": sent}
    kept |= _NOTHING | known | {"control_id": digest.hex()}
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute(_KEEP, kept)

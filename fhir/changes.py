"""The event log: what happened to each patient's record, numbered in the writing transaction.

The log is the truth and a push is a hint (decisions 7). A change says which resource, never what
it holds. Subscribers named in settings.FHIR_SUBSCRIBERS are owed each change that they have named
(`fhir.deliveries`).
"""

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.db import connection

from fhir import arrays
from fhir.access import EVERYONE, SYSTEM, Interaction, Viewer, visible
from fhir.scope import fetched_as, scoped

CHANNEL = "daybook"
OWED = "daybook_owed"
_PAYLOAD_LIMIT = 7_500
# Changes that name no resource: a right to look has changed; something has been looked at.
AUTH = "auth"
SEEN = "seen"
BESIDE = "beside"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that happened. `labels` are the bits that stood both before and after."""

    patient: str
    resource_type: str
    logical_id: str
    version: int
    kind: str
    labels: int = 0
    backload: bool = False
    seq: int = 0
    at: datetime | None = None
    # Of the log that `seq` numbers; only `after` tells it.
    epoch: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """The newest change that a viewer may see."""

    epoch: str
    seq: int


def record(changes: Iterable[Change]) -> None:
    """Number the changes of this transaction, once for each patient, in key order; wake listeners.

    To be called last in the transaction: from here until commit each patient's stream is locked.
    """
    if asked := recording(changes):
        arrays.in_turn(asked)


def recording(changes: Iterable[Change]) -> arrays.Asked | None:
    """Return the statement by which `record` does it, or None where there is nothing to number."""
    by_patient: dict[str, list[Change]] = {}
    for change in changes:
        if change.patient:
            by_patient.setdefault(change.patient, []).append(change)
    if not by_patient:
        return None
    keys = sorted(by_patient)
    told = [key for key in keys if not all(one.backload for one in by_patient[key])]
    numbered = [(n, one) for key in keys for n, one in enumerate(by_patient[key])]
    owed = _owed(by_patient)
    calls = _calls(told, owed)
    return _RECORD, [
        secrets.token_hex(8),
        keys,
        [one.patient for _, one in numbered],
        [n for n, _ in numbered],
        [str(one.kind) for _, one in numbered],
        [one.resource_type for _, one in numbered],
        [one.logical_id for _, one in numbered],
        [one.version for _, one in numbered],
        [int(one.labels) for _, one in numbered],
        [one.backload for _, one in numbered],
        [key for key, _ in owed],
        [name for _, name in owed],
        [channel for channel, _ in calls],
        [said for _, said in calls],
    ]


def _calls(told: Sequence[str], owed: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return whom to wake, each with what to say: pages of the told, the relay if it owes."""
    payload = ",".join(told)
    calls = [(CHANNEL, payload if len(payload) <= _PAYLOAD_LIMIT else "*")] if told else []
    return [*calls, (OWED, "")] if owed else calls


_RECORD: Final = """
WITH stream AS (
  INSERT INTO portal_fhir_stream AS s (patient, seq, epoch)
  SELECT k, 1, %s FROM unnest(%b::text[]) AS key(k) ORDER BY k
  ON CONFLICT (patient) DO UPDATE SET seq = s.seq + 1 RETURNING patient, seq),
change AS (
  INSERT INTO portal_fhir_change (patient, seq, n, at, kind, resource_type, logical_id, version,
    labels, backload)
  SELECT p, stream.seq, n, (SELECT daybook_now()), k, t, i, v, l, b
  FROM unnest(%b::text[], %b::int[], %b::text[], %b::text[],
    %b::text[], %b::int[], %b::int[], %b::bool[])
    AS c(p, n, k, t, i, v, l, b) JOIN stream ON stream.patient = p),
delivery AS (
  INSERT INTO portal_fhir_delivery (patient, seq, subscriber, due_at, attempts, error)
  SELECT p, stream.seq, n, (SELECT daybook_now()), 0, ''
  FROM unnest(%b::text[], %b::text[]) WITH ORDINALITY AS d(p, n, nth)
    JOIN stream ON stream.patient = p ORDER BY nth)
SELECT pg_notify(c, said) FROM unnest(%b::text[], %b::text[]) AS call(c, said)
"""


def announce(patient: str, kind: str = AUTH, who: str = "") -> None:
    """Write a change that names no resource; what `who` has seen is told to nobody else."""
    with scoped(SYSTEM):
        record([Change(patient, "", who, 0, kind)])


def touch(
    patients: Collection[str], resource_type: str, logical_id: str = "", labels: int = 0
) -> None:
    """Write that what is kept beside the record has changed, for whoever may see this type of it.

    Of what bears labels, whoever may not see it by them hears nothing. To be called last in a
    transaction, as `record` is.
    """
    with scoped(SYSTEM):
        record([Change(one, resource_type, logical_id, 0, BESIDE, labels) for one in patients])


def is_held(patient: str) -> bool:
    """Whether a change of this person's identity waits for somebody: then no login may see it."""
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            "SELECT FROM portal_fhir_stream WHERE patient = %s AND held_at IS NOT NULL", [patient]
        )
        return cursor.fetchone() is not None


def head(viewer: Viewer, patient: str) -> Head:
    """Return the newest change that this viewer may see; one indexed read, no audit."""
    condition, parameters = _seen_by(viewer)
    found = fetched_as(
        viewer,
        "SELECT s.epoch, coalesce((SELECT r.seq FROM portal_fhir_change r WHERE r.patient ="
        f" s.patient AND NOT r.backload AND {condition} ORDER BY r.seq DESC LIMIT 1), 0)"
        " FROM portal_fhir_stream s WHERE s.patient = %s",
        [*parameters, patient],
    )
    return Head(*found[0]) if found else Head("", 0)


def since(viewer: Viewer, patient: str, seq: int, limit: int = 500) -> list[Change]:
    """Return the changes after `seq` that this viewer may see, oldest first."""
    condition, parameters = _seen_by(viewer)
    found = fetched_as(
        viewer,
        f"SELECT {COLUMNS} FROM portal_fhir_change r WHERE r.patient = %s AND r.seq > %s"
        f" AND NOT r.backload AND {condition} ORDER BY r.seq, r.n LIMIT %s",
        [patient, seq, *parameters, limit],
    )
    return [change_of(row) for row in found]


def after(marks: Mapping[str, int]) -> list[Change]:
    """Return what happened to each patient after its mark, oldest first.

    For the service's own hub, which asks the rule of access before it tells anybody.
    """
    found = fetched_as(
        SYSTEM,
        f"SELECT {COLUMNS}, s.epoch FROM unnest(%b::text[], %b::bigint[]) mark(patient, seq)"
        " JOIN portal_fhir_change r ON r.patient = mark.patient AND r.seq > mark.seq"
        " AND NOT r.backload JOIN portal_fhir_stream s ON s.patient = r.patient"
        " ORDER BY r.patient, r.seq, r.n",
        [list(marks), list(marks.values())],
    )
    return [change_of(row) for row in found]


def numbers(patients: Collection[str]) -> dict[str, Head]:
    """Return the newest number in each patient's log, seen or unseen."""
    found = fetched_as(
        SYSTEM,
        "SELECT patient, epoch, seq FROM portal_fhir_stream WHERE patient = ANY(%b::text[])",
        [list(patients)],
    )
    return {patient: Head(epoch, seq) for patient, epoch, seq in found}


# Of the log `r`, as `change_of` takes them.
COLUMNS = (
    "r.patient, r.resource_type, r.logical_id, r.version, r.kind, r.labels, r.backload, r.seq, r.at"
)


def change_of(row: Sequence[Any]) -> Change:
    return Change(*row)


def _seen_by(viewer: Viewer) -> tuple[str, list[Any]]:
    """Return the condition under which `viewer` may know of a change: its type and its labels."""
    conditions: list[str] = []
    parameters: list[Any] = []
    for grant in viewer.grants:
        if Interaction.READ not in grant.interactions:
            continue
        condition, values = visible(
            replace(viewer, grants=(replace(grant, types=EVERYONE),)), Interaction.READ, ""
        )
        if grant.types != EVERYONE:
            condition += " AND (r.resource_type = ANY(%s) OR (r.kind = %s AND r.logical_id = %s))"
            values = [*values, sorted(grant.types), SEEN, viewer.who]
        conditions.append(f"({condition})")
        parameters += values
    return (f"({' OR '.join(conditions)})" if conditions else "FALSE"), parameters


def _owed(by_patient: Mapping[str, Sequence[Change]]) -> list[tuple[str, str]]:
    """Return whom the relay shall tell: a subscriber hears of the changes that it has named."""
    subscribers: Mapping[str, Collection[str]] = settings.FHIR_SUBSCRIBERS
    return [
        (key, name)
        for key in sorted(by_patient)
        for name, wanted in subscribers.items()
        if any(_is_wanted(one, wanted) for one in by_patient[key])
    ]


def _is_wanted(change: Change, wanted: Collection[str]) -> bool:
    """Whether a subscriber has named this kind of change, be it of any type or of this one."""
    return change.kind in wanted or f"{change.kind}/{change.resource_type}" in wanted

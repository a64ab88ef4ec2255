"""Who looked at what: a row for each call to the store, chained so that no row can go unnoticed.

Rows are inserted unchained, in the transaction they speak of; the relay links them by hash, in
order, within seconds. The database lets nobody change or delete a row.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection

from fhir import arrays
from fhir.access import SYSTEM, Interaction, Kind, Verdict, Viewer
from fhir.scope import scoped

CHAIN_LOCK = 7_302_001
LATE = timedelta(seconds=60)
MOST = 5_000  # rows linked at once


@dataclass(frozen=True, slots=True)
class Entry:
    """A row as its patient may read it."""

    at: datetime
    kind: Kind
    who: str
    name: str
    role: str
    organisation: str
    on_behalf_of: str
    interaction: Interaction
    outcome: Verdict
    resource_type: str
    ids: tuple[str, ...]
    # Its place among all rows, which is nobody's to know.
    row: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows are asked for, where None asks nothing; `until` is not included."""

    kinds: Sequence[Kind] = tuple(Kind)
    since: datetime | None = None
    until: datetime | None = None
    for_somebody: bool | None = None
    types: Sequence[str] | None = None
    who: str | None = None


ALL: Final = Wanted()


@dataclass(frozen=True, slots=True)
class Report:
    """What `manage.py audit verify` found; `broken` names the first bad link, or is None."""

    linked: int
    unlinked: int
    oldest_unlinked: timedelta | None
    broken: str | None

    @property
    def sound(self) -> bool:
        """Whether every link holds and no row has waited too long for its link."""
        late = self.oldest_unlinked is not None and self.oldest_unlinked > LATE
        return self.broken is None and not late


@dataclass(frozen=True, slots=True)
class Seen:
    """What a call named of one patient ("" for shared types).

    Ids are of the type; "Type/id" names a resource on whose account it was read.
    """

    patient: str
    resource_type: str
    ids: Sequence[str]


@dataclass(frozen=True, slots=True)
class Call:
    """One call to the store, and what became of it."""

    interaction: Interaction
    seen: Sequence[Seen]
    outcome: Verdict = Verdict.ALLOWED


def write(viewer: Viewer, *calls: Call, after: Sequence[arrays.Asked] = ()) -> None:
    """Insert the rows of some calls: one for each patient and type that a call touched.

    `after` are statements that are to follow at once.
    """
    rows = [(call, seen) for call in calls for seen in call.seen]
    who = [viewer.kind, viewer.who, viewer.name, viewer.role, viewer.organisation]
    values = [
        *map(str, [*who, viewer.on_behalf_of, viewer.request]),
        [str(call.interaction) for call, _ in rows],
        [str(call.outcome) for call, _ in rows],
        [seen.patient for _, seen in rows],
        [seen.resource_type for _, seen in rows],
        [json.dumps(list(seen.ids)) for _, seen in rows],
    ]
    written = arrays.in_turn((_INSERT, values), *after)[0].touched
    if written != len(rows):
        msg = f"{len(rows)} audit rows were due, {written} written"
        raise RuntimeError(msg)


_INSERT: Final = """INSERT INTO portal_fhir_auditentry (at, kind, who, name, role, organisation,
  on_behalf_of, interaction, outcome, patient, resource_type, ids, request)
SELECT daybook_now(), %s, %s, %s, %s, %s, %s, c, o, p, t, i::jsonb, %s
FROM unnest(%b::text[], %b::text[], %b::text[], %b::text[], %b::text[]) AS s(c, o, p, t, i)
"""


def entries_for(
    viewer: Viewer,
    patient: str,
    wanted: Wanted = ALL,
    *,
    before: int | None = None,
    count: int = 50,
) -> list[Entry]:
    """Return the newest rows about `patient` that `viewer` may read, and log that it was read.

    A row that names something withheld is absent until that is released; refusals and the
    service's own work are never shown (decisions 25). What goes on below the row `before` is one
    reading with what came above it.
    """
    with scoped(viewer), connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.id, a.at, a.kind, a.who, a.name, a.role, a.organisation, a.on_behalf_of,"
            " a.interaction, a.outcome, a.resource_type, a.ids"
            " FROM portal_fhir_auditentry a"
            " WHERE a.patient = %(patient)s AND a.outcome = 'allowed' AND a.who <> %(system)s"
            " AND a.kind = ANY(%(kinds)s)"
            " AND (%(before)s::bigint IS NULL OR a.id < %(before)s)"
            " AND (%(since)s::timestamptz IS NULL OR a.at >= %(since)s)"
            " AND (%(until)s::timestamptz IS NULL OR a.at < %(until)s)"
            " AND (%(for_somebody)s::boolean IS NULL"
            "   OR (a.on_behalf_of <> '') = %(for_somebody)s)"
            " AND (%(types)s::text[] IS NULL OR a.resource_type = ANY(%(types)s))"
            " AND (%(who)s::text IS NULL OR a.who = %(who)s)"
            " AND NOT EXISTS (SELECT 1 FROM jsonb_array_elements_text(a.ids) named(id)"
            "   WHERE NOT EXISTS (SELECT 1 FROM portal_fhir_resource r"
            "     WHERE r.resource_type = CASE WHEN named.id LIKE '%%/%%'"
            "       THEN split_part(named.id, '/', 1) ELSE a.resource_type END"
            "     AND r.logical_id = split_part(named.id, '/', CASE WHEN named.id LIKE '%%/%%'"
            "       THEN 2 ELSE 1 END)))"
            " ORDER BY a.id DESC LIMIT %(count)s",
            _asked(wanted)
            | {"patient": patient, "system": SYSTEM.who, "before": before, "count": count},
        )
        found = [_entry(row) for row in cursor.fetchall()]
        if before is None:
            write(viewer, Call(Interaction.SEARCH, [Seen(patient, "AuditEvent", [])]))
    return found


def last_looks(viewer: Viewer, patient: str, who: Sequence[str]) -> dict[str, datetime]:
    """Return when each of `who` last looked into the record of `patient`, of rows one may read."""
    with scoped(viewer), connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.who, max(a.at) FROM portal_fhir_auditentry a WHERE a.patient = %s"
            " AND a.who = ANY(%s) AND a.outcome = 'allowed'"
            " AND a.interaction IN ('read', 'search', 'history') GROUP BY a.who",
            [patient, list(who)],
        )
        return dict(cursor.fetchall())


def chain(limit: int = MOST) -> int:
    """Link the rows that have no link yet, oldest first; return how many. One relay at a time."""
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [CHAIN_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(
            "SELECT seq, entry, hash FROM portal_fhir_auditlink ORDER BY seq DESC LIMIT 1"
        )
        seq, _, previous = cursor.fetchone() or (0, 0, b"")
        # Rows become visible out of order; a row with a lower id may still arrive later.
        cursor.execute(
            f"SELECT {_FIELDS} FROM portal_fhir_auditentry a WHERE NOT EXISTS"
            " (SELECT 1 FROM portal_fhir_auditlink k WHERE k.entry = a.id)"
            " AND a.id > (SELECT coalesce(max(entry), 0) - 100000 FROM portal_fhir_auditlink)"
            " ORDER BY a.id LIMIT %s",
            [limit],
        )
        links = []
        for row in cursor.fetchall():
            seq += 1
            previous = _link(bytes(previous), row)
            links.append((seq, row[0], previous))
        if links:
            cursor.execute(
                "INSERT INTO portal_fhir_auditlink (seq, entry, hash, linked_at) SELECT s, e, h,"
                " daybook_now() FROM unnest(%s::bigint[], %s::bigint[], %s::bytea[]) AS l(s, e, h)",
                [list(column) for column in zip(*links, strict=True)],
            )
    return len(links)


def verify() -> Report:
    """Walk the whole chain: every link follows the one before, and every row has its link."""
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), daybook_now() - min(a.at) FROM portal_fhir_auditentry a"
            " WHERE NOT EXISTS (SELECT 1 FROM portal_fhir_auditlink k WHERE k.entry = a.id)"
        )
        unlinked, oldest = cursor.fetchone()
        linked, broken = _walk()
    return Report(linked, unlinked, oldest, broken)


# Each hash covers these columns, in this order, as PostgreSQL writes them.
_FIELDS = (
    "a.id, extract(epoch FROM a.at)::text, a.kind, a.who, a.name, a.role, a.organisation,"
    " a.on_behalf_of, a.interaction, a.outcome, a.patient, a.resource_type, a.ids::text,"
    " a.request"
)


def _walk() -> tuple[int, str | None]:
    previous, expected = b"", 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(
                f"SELECT k.seq, k.entry, k.hash, {_FIELDS} FROM portal_fhir_auditlink k"
                " LEFT JOIN portal_fhir_auditentry a ON a.id = k.entry"
                " WHERE k.seq > %s ORDER BY k.seq LIMIT 5000",
                [expected],
            )
            rows = cursor.fetchall()
            for seq, entry, found, *row in rows:
                expected += 1
                if seq != expected:
                    return expected - 1, f"link {expected} is missing"
                if row[0] is None:
                    return expected - 1, f"audit row {entry} is missing"
                previous = _link(previous, row)
                if previous != bytes(found):
                    return expected - 1, f"audit row {entry} does not match its link {seq}"
            if not rows:
                return expected, None


def _link(previous: bytes, row: Sequence[object]) -> bytes:
    content = json.dumps([str(value) for value in row], ensure_ascii=False)
    return hashlib.sha256(previous + content.encode()).digest()


def _asked(wanted: Wanted) -> dict[str, Any]:
    return {
        "kinds": [str(kind) for kind in wanted.kinds],
        "since": wanted.since,
        "until": wanted.until,
        "for_somebody": wanted.for_somebody,
        "types": None if wanted.types is None else list(wanted.types),
        "who": wanted.who,
    }


def _entry(row: Sequence[Any]) -> Entry:
    number, at, kind, who, name, role, organisation, behalf, interaction, outcome, of_type, ids = (
        row
    )
    return Entry(
        at,
        Kind(kind),
        who,
        name,
        role,
        organisation,
        behalf,
        Interaction(interaction),
        Verdict(outcome),
        of_type,
        tuple(one for one in json.loads(ids) if "/" not in one),
        number,
    )

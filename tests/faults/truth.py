"""What must hold whatever has happened: asked of the tables themselves."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from fhir.labels import Label
from portal import database
from tests import databases
from tests.faults.waiting import until
from tests.site import Site

FEEDS = "portal_fhir_feed"
INBOX = "portal_fhir_inboundmessage"
# Where a message may come to rest; all but the first wait for a person.
SETTLED = ("done", "unmatched", "parked", "review", "not mapped", "set aside")


def unsettled(connected: psycopg.Connection) -> str:
    """Return what is still under way, or "" when everything has come to rest."""
    left = {
        "messages": f"{INBOX} WHERE state = 'retry' OR state = 'waiting' AND NOT EXISTS (SELECT"
        f" FROM {INBOX} e WHERE e.person = {INBOX}.person AND e.feed = {INBOX}.feed"
        f" AND e.id < {INBOX}.id AND e.state = 'parked')",
        "deliveries": "portal_fhir_delivery",
        "audit rows": "portal_fhir_auditentry a WHERE NOT EXISTS"
        " (SELECT FROM portal_fhir_auditlink k WHERE k.entry = a.id)",
    }
    counts = {what: _count(connected, where) for what, where in left.items()}
    return ", ".join(f"{count} {what}" for what, count in counts.items() if count)


def settle(connected: psycopg.Connection, within: float = 60) -> None:
    until(connected, lambda: not unsettled(connected), "the relay is not done", within)


def stored(connected: psycopg.Connection) -> list[str]:
    rows = connected.execute(f"SELECT control_id FROM {INBOX} ORDER BY id").fetchall()
    return [row[0] for row in rows]


def states(connected: psycopg.Connection) -> Counter[str]:
    rows = connected.execute(f"SELECT state, count(*) FROM {INBOX} GROUP BY state").fetchall()
    return Counter(dict(rows))


def gaps(connected: psycopg.Connection) -> list[str]:
    """Return the patients whose log has a number missing, too many, or twice."""
    rows = connected.execute(
        "SELECT s.patient FROM portal_fhir_stream s LEFT JOIN (SELECT patient,"
        " count(DISTINCT seq) AS numbers, min(seq) AS first, max(seq) AS last"
        " FROM portal_fhir_change GROUP BY patient) c USING (patient)"
        " WHERE (c.first, c.last, c.numbers) IS DISTINCT FROM (1::bigint, s.seq, s.seq)"
    ).fetchall()
    return [row[0] for row in rows]


def content(connected: psycopg.Connection, *, versions: bool = True) -> Counter[tuple[str, ...]]:
    """Return the record by business identifier: two records that say the same are equal.

    What is withheld is not compared: it depends on when a result came, not on what it says.
    """
    rows = connected.execute(
        "SELECT resource_type, logical_id, version, labels, text FROM portal_fhir_resource"
    ).fetchall()
    parsed = [(*row[:4], json.loads(row[4], parse_float=str)) for row in rows]
    names = {f"{kind}/{key}": _name(kind, said) for kind, key, *_, said in parsed}
    return Counter(
        (
            names[f"{kind}/{key}"],
            str(version) if versions else "",
            str(labels & ~Label.NOPAT),
            json.dumps(_renamed(said, names), sort_keys=True),
        )
        for kind, key, version, labels, said in parsed
    )


@contextmanager
def replayed(connected: psycopg.Connection, folder: Path) -> Iterator[psycopg.Connection]:
    """Give a record into which this inbox was read from the beginning, in order and once."""
    name = databases.clone()
    site = Site(name, folder)
    try:
        with psycopg.connect(database.own_server().url(name), autocommit=True) as other:
            _copy_inbox(connected, other)
            site.start("relay")
            settle(other, within=120)
            yield other
    finally:
        site.stop_all()
        databases.drop(name)


def _copy_inbox(source: psycopg.Connection, target: psycopg.Connection) -> None:
    moved = source.execute('SELECT "offset" FROM daybook_clock').fetchone()
    target.execute('UPDATE daybook_clock SET "offset" = %s', moved)
    for table in (FEEDS, INBOX):
        rows = source.execute(f"SELECT to_jsonb(t)::text FROM {table} t").fetchall()
        with target.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {table} OVERRIDING SYSTEM VALUE"
                f" SELECT * FROM jsonb_populate_record(NULL::{table}, %s::jsonb)",
                rows,
            )
    target.execute(
        f"UPDATE {INBOX} SET state = 'waiting', attempts = 0, due_at = received_at,"
        " done_at = NULL, out_of_order = false, place = '', error = '', patient = '', note = ''"
    )


def _name(kind: str, said: dict) -> str:
    numbers = sorted(
        f"{one.get('system')}|{one.get('value')}" for one in said.get("identifier", ())
    )
    return f"{kind} {' '.join(numbers)}"


def _renamed(said: object, names: dict[str, str]) -> object:
    match said:
        case dict():
            kept = {key: one for key, one in said.items() if key not in {"id", "meta"}}
            return {key: _renamed(one, names) for key, one in kept.items()}
        case list():
            return [_renamed(one, names) for one in said]
        case str():
            return names.get(said, said)
    return said


def _count(connected: psycopg.Connection, where: str) -> int:
    return connected.execute(f"SELECT count(*) FROM {where}").fetchone()[0]

"""A transaction load of published records, beside the least that could be done with them."""

import gzip

import fhirkit
import orjson
import psycopg
from django.db import connection

from fhir.access import ANYTHING, EVERYONE, Grant, Kind, Viewer
from fhir.intake import Source, accept_once
from fhir.labels import HIDING
from fhir.raw import entries_of
from fhir.validation import check
from portal.bench import measures, samples

LIMIT = 6.0
FEED = Viewer(
    Kind.SERVICE, "Device/bench", "bench", grants=(Grant(EVERYONE, EVERYONE, ANYTHING, HIDING),)
)

BARE = """
CREATE TABLE bare_resource (type text, id text, version int, text text, PRIMARY KEY (type, id));
CREATE TABLE bare_version (type text, id text, version int, text text,
  PRIMARY KEY (type, id, version));
"""


def run() -> dict[str, float]:
    """Load every patient both ways; the database's CPU is counted in both."""
    bundles = [
        gzip.decompress(path.read_bytes())
        for path in samples.files("patients-synthea-r4", "*.json.gz")
    ]
    accept_once(bundles[0], check(bundles[0]).entries(), Source("warm", FEED), lambda _: "{}")
    ours, bare, found = measures.Cpu(), measures.Cpu(), 0
    for sent in bundles:
        with measures.cpu() as one:
            checked = check(sent)
            accept_once(sent, checked.entries(), Source("bench", FEED), lambda _: "{}")
        ours.application += one.application
        ours.database += one.database
        with measures.cpu() as one:
            found += _write_bare(sent)
        bare.application += one.application
        bare.database += one.database
    return {
        "resources": found,
        "ours, ms of CPU a resource": 1000 * ours.total / found,
        "of it in the database": 1000 * ours.database / found,
        "bare, ms of CPU a resource": 1000 * bare.total / found,
        "ratio": ours.total / bare.total,
        "limit": LIMIT,
    }


def prepare(superuser: psycopg.Connection) -> None:
    """Make the bare writer's tables."""
    superuser.execute(BARE)
    superuser.execute("GRANT ALL ON bare_resource, bare_version TO daybook_app")


def _write_bare(sent: bytes) -> int:
    """Parse, check and COPY text and version row, in one transaction."""
    text = sent.decode()
    fhirkit.validate(text)
    orjson.loads(text)
    rows = []
    for n, entry in enumerate(entries_of(text)):
        of_type = entry.resource["resourceType"] if entry.resource else ""
        rows.append((of_type, f"{id(sent):x}-{n}", 1, entry.resource_text))
    raw: psycopg.Connection = connection.connection
    with raw.transaction(), raw.cursor() as cursor:
        for table in ("bare_resource", "bare_version"):
            with cursor.copy(f"COPY {table} FROM STDIN") as copying:
                for row in rows:
                    copying.write_row(row)
    return len(rows)

"""The results page: the same work for a long record as for a short one, for many as for few."""

import gzip
import json
import re
import statistics
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client

from fhir.access import SYSTEM
from fhir.paths import Json
from fhir.store import Draft, Repository
from portal import clock
from portal.bench import measures
from portal.bench.signing_in import signed_in

ADDRESS = "/record/results/"
ROUNDS, BATCH, ROWS = 40, 500, 25
BEGAN = datetime(2016, 1, 1, 9, tzinfo=UTC)


def run() -> dict[str, float]:
    """Fill the store in steps and measure the page after each."""
    client_of_few = _patient_with(reports=25, results=2, n=0)
    client_of_many = _patient_with(reports=2500, results=2, n=1)
    filling = clock.now()
    _others(1_000)
    _analyse()
    few, few_queries = _page(client_of_few)
    many, many_queries = _page(client_of_many)
    _others(9_000)
    _analyse()
    crowded, crowded_queries = _page(client_of_few)
    filled = (clock.now() - filling).total_seconds()
    weight, scripts = _weight(client_of_few)
    return {
        "page, ms of CPU, 50 results": few,
        "page, ms of CPU, 5,000 results": many,
        "ratio by length (limit 1.3)": many / few,
        "queries, 50 results": few_queries,
        "queries, 5,000 results": many_queries,
        "page, ms of CPU, 10,000 patients": crowded,
        "ratio by patients (limit 1.3)": crowded / few,
        "queries, 10,000 patients": crowded_queries,
        "first load, KB compressed (limit 120)": weight,
        "of it our scripts, KB (limit 12)": scripts,
        "fill, seconds": filled,
    }


def _page(client: Client) -> tuple[float, int]:
    """Return the median CPU of the page in ms, database included, and its number of queries."""
    for _ in range(3):
        client.get(ADDRESS)  # what the process keeps is asked for once
    connection.force_debug_cursor = True  # the request itself begins the log afresh
    answer = client.get(ADDRESS)
    queries = len(connection.queries_log)
    connection.force_debug_cursor = False
    if answer.content.count(b"/record/results/") < ROWS:
        msg = f"{ADDRESS} answered {answer.status_code} without its {ROWS} rows"
        raise RuntimeError(msg)
    spent = []
    for _ in range(8):
        with measures.cpu() as one:
            for _ in range(ROUNDS // 8):
                client.get(ADDRESS)
        spent.append(1000 * one.total / (ROUNDS // 8))
    return statistics.median(spent), queries


def _patient_with(*, reports: int, results: int, n: int) -> Client:
    key = f"bench-{n}"
    _write([_draft(_person(key), key)])
    for batch in _batches(_record(key, reports, results)):
        _write(batch)
    return signed_in(key)


def _others(count: int) -> None:
    """Add people, each with a report of two results."""
    drafts: list[Draft] = []
    for _ in range(count):
        key = str(uuid.uuid4())
        drafts += [_draft(_person(key), key), *_record(key, 1, 2)]
    for batch in _batches(iter(drafts)):
        _write(batch)


def _write(drafts: list[Draft]) -> None:
    Repository(SYSTEM, backload=True).write(drafts, "bench")


def _batches(drafts: Iterator[Draft]) -> Iterator[list[Draft]]:
    batch: list[Draft] = []
    for draft in drafts:
        batch.append(draft)
        if len(batch) == BATCH:
            yield batch
            batch = []
    yield batch


def _record(key: str, reports: int, results: int) -> Iterator[Draft]:
    for n in range(reports):
        at = (BEGAN + timedelta(days=n)).isoformat()
        made = [_observation(key, f"{key}-{n}-{m}", at, m) for m in range(results)]
        yield from (_draft(one, key) for one in made)
        yield _draft(_report(key, f"{key}-{n}", at, made), key)


def _draft(resource: Json, key: str) -> Draft:
    return Draft(resource, json.dumps(resource), str(resource["id"]), key)


def _person(key: str) -> Json:
    return {
        "resourceType": "Patient",
        "id": key,
        "identifier": [{"system": "urn:bench", "value": key}],
        "name": [{"family": "Bench", "given": ["Una"]}],
        "birthDate": "1970-01-01",
    }


def _observation(key: str, logical_id: str, at: str, n: int) -> Json:
    return {
        "resourceType": "Observation",
        "id": logical_id,
        "status": "final",
        "category": [{"coding": [{"code": "laboratory"}]}],
        "code": {
            "coding": [{"system": "http://loinc.org", "code": f"{718 + n}-7"}],
            "text": "Test",
        },
        "subject": {"reference": f"Patient/{key}"},
        "effectiveDateTime": at,
        "valueQuantity": {"value": 120 + n, "unit": "g/L"},
        "referenceRange": [{"low": {"value": 115}, "high": {"value": 165}}],
    }


def _report(key: str, logical_id: str, at: str, results: list[Json]) -> Json:
    return {
        "resourceType": "DiagnosticReport",
        "id": logical_id,
        "status": "final",
        "code": {"text": "Full blood count"},
        "subject": {"reference": f"Patient/{key}"},
        "effectiveDateTime": at,
        "issued": at,
        "result": [{"reference": f"Observation/{one['id']}"} for one in results],
    }


def _analyse() -> None:
    """Let the planner know the tables, as autovacuum would in time."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _weight(client: Client) -> tuple[float, float]:
    """Return the KB of a first load, compressed, and how much of that is script of ours."""
    html = client.get(ADDRESS).content
    total, scripts = len(gzip.compress(html)), 0
    for address in _assets(html.decode()):
        path = finders.find(address.removeprefix("/static/"))
        size = len(gzip.compress(Path(str(path)).read_bytes())) if path else 0
        total += size
        scripts += size if address.endswith(".js") and "/vendor/" not in address else 0
    return total / 1024, scripts / 1024


def _assets(html: str) -> set[str]:
    return set(re.findall(r'(?:href|src)="(/static/[^"]+)"', html))

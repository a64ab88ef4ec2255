"""What rows that measure pages share: people with made-up records, and the CPU of a page."""

import json
import statistics
from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
from django.db import connection
from django.test import Client

from fhir.access import SYSTEM
from fhir.paths import Json
from fhir.store import Draft, Repository
from portal import database
from portal.bench import measures

ROUNDS, BATCH, ROWS = 40, 500, 25
BEGAN = datetime(2016, 1, 1, 9, tzinfo=UTC)


def page(client: Client, address: str) -> tuple[float, int]:
    """Return the median CPU of the page in ms, database included, and its number of queries."""
    for _ in range(3):
        client.get(address)  # what the process keeps is asked for once
    connection.force_debug_cursor = True  # the request itself begins the log afresh
    answer = client.get(address)
    queries = len(connection.queries_log)
    connection.force_debug_cursor = False
    if answer.content.count(b'href="/record/') < ROWS:
        msg = f"{address} answered {answer.status_code} without its {ROWS} rows"
        raise RuntimeError(msg)
    spent = []
    for _ in range(8):
        with measures.cpu() as one:
            for _ in range(ROUNDS // 8):
                client.get(address)
        spent.append(1000 * one.total / (ROUNDS // 8))
    return statistics.median(spent), queries


def write(drafts: list[Draft]) -> None:
    Repository(SYSTEM, backload=True).write(drafts, "bench")


def batches(drafts: Iterator[Draft]) -> Iterator[list[Draft]]:
    batch: list[Draft] = []
    for draft in drafts:
        batch.append(draft)
        if len(batch) == BATCH:
            yield batch
            batch = []
    yield batch


def draft(resource: Json, key: str) -> Draft:
    return Draft(resource, json.dumps(resource), str(resource["id"]), key)


def person(key: str) -> Json:
    return {
        "resourceType": "Patient",
        "id": key,
        "identifier": [{"system": "urn:bench", "value": key}],
        "name": [{"family": "Bench", "given": ["Una"]}],
        "birthDate": "1970-01-01",
    }


def observation(key: str, logical_id: str, at: str, n: int) -> Json:
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


def report(key: str, logical_id: str, at: str, results: list[Json]) -> Json:
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


def analyse() -> None:
    """Let the planner know the tables, as autovacuum would in time; only their owner may."""
    url = database.own_server().url(connection.settings_dict["NAME"])
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("ANALYZE")

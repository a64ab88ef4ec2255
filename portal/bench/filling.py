"""What rows that measure pages share: people with made-up records, and the CPU of a page."""

import json
import statistics
from collections.abc import Iterator
from datetime import UTC, datetime
from http import HTTPStatus

import psycopg
from django.db import connection
from django.test import Client

from fhir.access import SYSTEM
from fhir.paths import Json
from fhir.store import Draft, Repository
from portal import database
from portal.bench import measures

TURNS, EACH, BATCH, ROWS = 8, 5, 500, 25
BEGAN = datetime(2016, 1, 1, 9, tzinfo=UTC)


Page = tuple[Client, str]


def by_turns(*pages: Page) -> list[tuple[float, int]]:
    """Return each page's median CPU in ms, database included, and its number of queries.

    They take turns, so that a machine that grows slower does so for all of them.
    """
    queries = [_queries(*one) for one in pages]
    spent: list[list[float]] = [[] for _ in pages]
    for _ in range(TURNS):
        for own, (client, address) in zip(spent, pages, strict=True):
            with measures.cpu() as one:
                for _ in range(EACH):
                    client.get(address)
            own.append(1000 * one.total / EACH)
    return list(zip(map(statistics.median, spent), queries, strict=True))


def _queries(client: Client, address: str) -> int:
    for _ in range(3):
        client.get(address)  # what the process keeps is asked for once
    connection.force_debug_cursor = True  # the request itself begins the log afresh
    answer = client.get(address)
    queries = len(connection.queries_log)
    connection.force_debug_cursor = False
    rows = answer.content.count(b'href="/record/')
    if answer.status_code != HTTPStatus.OK or (address.startswith("/record/") and rows < ROWS):
        msg = f"{address} answered {answer.status_code} with {rows} rows"
        raise RuntimeError(msg)
    return queries


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

"""The results page: the same work for a long record as for a short one, for many as for few."""

import gzip
import re
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.contrib.staticfiles import finders
from django.test import Client

from fhir.store import Draft
from portal import clock
from portal.bench.filling import (
    BEGAN,
    analyse,
    batches,
    by_turns,
    draft,
    observation,
    person,
    report,
    write,
)
from portal.bench.signing_in import signed_in

ADDRESS = "/record/results/"
# A page that asks for nothing of the record: how fast the machine is just then.
USUAL = (Client(HTTP_HOST="localhost"), "/account/login/")


def run() -> dict[str, float]:
    """Fill the store in steps and measure the page after each."""
    client_of_few = _patient_with(reports=25, results=2, n=0)
    client_of_many = _patient_with(reports=2500, results=2, n=1)
    filling = clock.now()
    _others(1_000)
    analyse()
    of_few = (client_of_few, ADDRESS)
    (few, few_queries), (many, many_queries), (usual, _) = by_turns(
        of_few, (client_of_many, ADDRESS), USUAL
    )
    _others(9_000)
    analyse()
    (crowded, crowded_queries), (usual_then, _) = by_turns(of_few, USUAL)
    filled = (clock.now() - filling).total_seconds()
    weight, scripts = _weight(client_of_few)
    return {
        "page, ms of CPU, 50 results": few,
        "page, ms of CPU, 5,000 results": many,
        "ratio by length (limit 1.3)": many / few,
        "queries, 50 results": few_queries,
        "queries, 5,000 results": many_queries,
        "page, ms of CPU, 10,000 patients": crowded,
        "ratio by patients (limit 1.3)": (crowded / usual_then) / (few / usual),
        "queries, 10,000 patients": crowded_queries,
        "first load, KB compressed (limit 120)": weight,
        "of it our scripts, KB (limit 12)": scripts,
        "fill, seconds": filled,
    }


def _patient_with(*, reports: int, results: int, n: int) -> Client:
    key = f"bench-{n}"
    write([draft(person(key), key)])
    for batch in batches(_record(key, reports, results)):
        write(batch)
    return signed_in(key)


def _others(count: int) -> None:
    """Add people, each with a report of two results."""
    drafts: list[Draft] = []
    for _ in range(count):
        key = str(uuid.uuid4())
        drafts += [draft(person(key), key), *_record(key, 1, 2)]
    for batch in batches(iter(drafts)):
        write(batch)


def _record(key: str, reports: int, results: int) -> Iterator[Draft]:
    for n in range(reports):
        at = (BEGAN + timedelta(days=n)).isoformat()
        made = [observation(key, f"{key}-{n}-{m}", at, m) for m in range(results)]
        yield from (draft(one, key) for one in made)
        yield draft(report(key, f"{key}-{n}", at, made), key)


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

"""Pages of a long record beside the same pages of one that holds exactly what they show."""

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta

from django.test import Client

from fhir.paths import Json
from fhir.store import Draft
from portal.bench import filling
from portal.bench.filling import BEGAN
from portal.bench.signing_in import signed_in

LIMIT = 1.5
LONG, SHORT = "bench-long", "bench-short"
DAYS = 11_120  # of which ten hold eighteen resources
VALUES = 8  # of a report
# On the days of each ten.
TYPES = (
    "DiagnosticReport",
    "Encounter",
    "MedicationRequest",
    "DocumentReference",
    "Procedure",
    "Condition",
    "Immunization",
    "Encounter",
    "ServiceRequest",
    "CarePlan",
)
_SHOWN = re.compile(r'href="/record/(?:[a-z]+/[a-z]+|results)/[a-z-]+-(\d+)/"')


def long_record() -> Client:
    """Fill the record of 20,000 resources; return its patient's browser."""
    return _patient(LONG, range(DAYS))


def compared(client: Client, address: str) -> tuple[float, int, float]:
    """Return the page's CPU in ms and its queries, and its ratio to a record of its rows alone."""
    shown = [int(day) for day in _SHOWN.findall(client.get(address).content.decode())]
    if len(shown) < filling.ROWS:
        raise RuntimeError(f"{address} shows {len(shown)} rows")
    short = _patient(f"{SHORT}-{_name(address)}", shown)
    (many, queries), (few, few_queries) = filling.by_turns((client, address), (short, address))
    if few_queries != queries:
        raise RuntimeError(f"{address}: {queries} queries for many rows, {few_queries} for few")
    return many, queries, many / few


def figures(client: Client, address: str, name: str) -> dict[str, float]:
    cpu, queries, ratio = compared(client, address)
    return {
        f"{name}, ms of CPU of 20,000 resources": cpu,
        f"{name}, queries": queries,
        f"{name}, ratio by length (limit {LIMIT})": ratio,
    }


def _patient(key: str, days: Iterable[int]) -> Client:
    filling.write([filling.draft(filling.person(key), key)])
    for batch in filling.batches(_record(key, days)):
        filling.write(batch)
    filling.analyse()
    return signed_in(key)


def _name(address: str) -> str:
    return re.sub(r"[^a-z]", "", address)


def _record(key: str, days: Iterable[int]) -> Iterator[Draft]:
    for day in days:
        resource_type = TYPES[day % len(TYPES)]
        at = (BEGAN - timedelta(days=DAYS - day)).isoformat()
        logical_id = f"{key}-{day}"
        if resource_type == "DiagnosticReport":
            values = [filling.observation(key, f"{logical_id}-{n}", at, n) for n in range(VALUES)]
            yield from (filling.draft(one, key) for one in values)
            yield filling.draft(filling.report(key, logical_id, at, values), key)
        else:
            yield filling.draft(_entry(key, resource_type, logical_id, day, at), key)


def _entry(key: str, resource_type: str, logical_id: str, day: int, at: str) -> Json:
    is_current = day // len(TYPES) % 40 == 0  # one of forty goes on
    return {
        "resourceType": resource_type,
        "id": f"{logical_id}",
        **_said(resource_type, at, "active" if is_current else "completed"),
        ("patient" if resource_type == "Immunization" else "subject"): {
            "reference": f"Patient/{key}"
        },
    }


_THING: Json = {"coding": [{"system": "http://snomed.info/sct", "code": "1"}], "text": "A thing"}
_FILE: Json = {"contentType": "application/pdf", "data": "JVBERi0x", "title": "Letter"}
_DOSE: Json = {"text": "Take 1 tablet, once a day"}
# By type, what each says, and where it says when.
_SAID: dict[str, tuple[Json, str]] = {
    "Encounter": ({"status": "finished", "class": {"code": "AMB"}, "type": [_THING]}, "period"),
    "MedicationRequest": (
        {"intent": "order", "medicationCodeableConcept": _THING, "dosageInstruction": [_DOSE]},
        "authoredOn",
    ),
    "DocumentReference": (
        {"status": "current", "type": _THING, "content": [{"attachment": _FILE}]},
        "date",
    ),
    "Procedure": ({"status": "completed", "code": _THING}, "performedDateTime"),
    "Condition": ({"code": _THING}, "onsetDateTime"),
    "Immunization": ({"status": "completed", "vaccineCode": _THING}, "occurrenceDateTime"),
    "ServiceRequest": ({"intent": "order", "code": _THING}, "authoredOn"),
    "CarePlan": ({"intent": "plan", "title": "A plan"}, "period"),
}


def _said(resource_type: str, at: str, status: str) -> Json:
    said, when = _SAID[resource_type]
    stands: Json = {} if "status" in said else {"status": status}
    if resource_type == "Condition":
        code = "active" if status == "active" else "resolved"
        stands = {"clinicalStatus": {"coding": [{"code": code}]}}
    return {**said, **stands, when: {"start": at} if when == "period" else at}

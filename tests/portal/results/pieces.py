"""Reports and results as the release policy sees them, made without a database."""

import json
from datetime import UTC, datetime
from itertools import count

from fhir.store import Stored
from portal.results.evidence import Evidence, evidence_of
from portal.results.policy import LOINC, Code
from tests.builders import Json, a_report, an_observation

_numbers = count(1)
# A Tuesday, ten in the morning.
TUESDAY = datetime(2026, 3, 10, 10, 0, tzinfo=UTC)


def seen(resource: Json) -> Evidence:
    """Return what the policy sees of a resource."""
    stored = Stored(
        resource["resourceType"], f"r{next(_numbers)}", 1, "p", 1, TUESDAY, json.dumps(resource)
    )
    return evidence_of(stored)


def a_result(code: Code = (LOINC, "718-7"), flag: str = "", **more: object) -> Evidence:
    coded = {"coding": [{"system": code[0], "code": code[1]}]}
    flagged = {"interpretation": [{"coding": [{"code": flag}]}]} if flag else {}
    return seen(an_observation("p") | {"code": coded} | flagged | more)


def the_report(code: Code = (LOINC, "58410-2"), department: str = "HM", **more: object) -> Evidence:
    category = [{"coding": [{"code": department}]}]
    coded = {"coding": [{"system": code[0], "code": code[1]}]}
    return seen(a_report("p", category=category) | {"code": coded} | more)

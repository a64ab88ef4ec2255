"""The hospital's record system, EPR-FEED, as it speaks FHIR to the real door."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from tests.builders import CATEGORY, LOINC, NHS, Json

EPR = "https://millbrook.example/epr"
UCUM = "http://unitsofmeasure.org"
# Python's own writer would make 12.60 of a number 12.6.
_DIGITS = re.compile(r'"digits:([^"]+)"')


@dataclass(frozen=True)
class Test:
    """One line of a full blood count, as the laboratory prints it."""

    name: str
    loinc: str
    value: str
    unit: str
    usual: str  # "115-165", or "<0.41"
    flag: str = ""

    __test__ = False  # a blood test


# In the order of the report.
BLOOD_COUNT = (
    Test("Haemoglobin", "718-7", "121", "g/L", "115-165"),
    Test("White blood cells", "6690-2", "12.60", "10*9/L", "4.0-11.0", "H"),
    Test("Platelets", "777-3", "286", "10*9/L", "150-400"),
    Test("Red blood cells", "789-8", "4.12", "10*12/L", "3.80-5.80"),
    Test("Haematocrit", "4544-3", "0.366", "L/L", "0.360-0.470"),
    Test("Mean cell volume", "787-2", "88.8", "fL", "80.0-100.0"),
    Test("Neutrophils", "751-8", "7.10", "10*9/L", "2.00-7.50"),
    Test("Eosinophils", "711-2", "0.12", "10*9/L", "<0.41"),
)


@dataclass(frozen=True)
class Epr:
    """Posts to the service with its feed's token, and returns what it is answered."""

    base_url: str
    token: str

    def posts(self, bundle: Json) -> httpx.Response:
        return self.posts_text(_DIGITS.sub(r"\1", json.dumps(bundle)))

    def posts_text(self, bundle: str | bytes) -> httpx.Response:
        """Post a bundle as it stands, every digit of it."""
        answer = httpx.post(
            f"{self.base_url}/fhir/R4",
            content=bundle,
            headers=self._headers | {"Content-Type": "application/fhir+json"},
            timeout=60,
        )
        assert answer.status_code == 200, answer.text
        return answer

    def finds_person(self, number: str) -> str:
        """Return the id of the one person who has this number."""
        place = f"{self.base_url}/fhir/R4/Patient"
        answer = httpx.get(place, params={"identifier": number}, headers=self._headers)
        assert answer.status_code == 200, answer.text
        (entry,) = answer.json()["entry"]
        return entry["resource"]["id"]

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def ids(self, answer: httpx.Response) -> list[tuple[str, str, int]]:
        """Return status, address and version of each entry of an answer."""
        entries = (one["response"] for one in answer.json()["entry"])
        found = []
        for one in entries:
            kind, name, _, version = one["location"].split("/")
            found.append((one["status"], f"{kind}/{name}", int(version)))
        return found


def a_person(nhs: str, family: str, given: str, born: str) -> Json:
    return {
        "resourceType": "Patient",
        "identifier": [{"system": NHS, "value": nhs}],
        "name": [{"use": "official", "family": family, "given": [given]}],
        "birthDate": born,
    }


def blood_count(
    of: str,
    number: str,
    taken: datetime,
    tests: Sequence[Test] = BLOOD_COUNT,
    *,
    said: datetime | None = None,
    status: str = "final",
) -> Json:
    """Return a report with its results in one transaction.

    `number` is the laboratory's own; `said` is when the system says that it last changed this.
    """
    meta = {"meta": {"lastUpdated": _instant(said)}} if said else {}
    results = [
        meta | _result(of, f"{number}-{n}", taken, test, status) for n, test in enumerate(tests, 1)
    ]
    report = {
        "resourceType": "DiagnosticReport",
        "status": status,
        "identifier": [{"system": f"{EPR}/report", "value": number}],
        "category": [
            {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0074", "code": "HM"}]}
        ],
        "code": _code("58410-2", "Full blood count"),
        "subject": {"reference": of},
        "effectiveDateTime": _instant(taken),
        "issued": _instant(taken),
        "performer": [{"display": "Millbrook blood laboratory"}],
        "contained": [
            {"resourceType": "Specimen", "id": "s", "type": {"text": "Venous blood"}},
        ],
        "specimen": [{"reference": "#s", "display": "Venous blood"}],
        "result": [{"reference": _url(one)} for one in results],
    }
    return transaction(meta | report, *results)


def care_team(of: str, doctor: str) -> Json:
    """Return the team that treats the patient with id `of`, of which a doctor is all there is."""
    who = {
        "resourceType": "Practitioner",
        "identifier": [{"system": f"{EPR}/staff", "value": "D1"}],
        "name": [{"text": doctor}],
    }
    team = {
        "resourceType": "CareTeam",
        "identifier": [{"system": f"{EPR}/team", "value": "T1"}],
        "status": "active",
        "subject": {"reference": f"Patient/{of}"},
        "participant": [{"member": {"reference": _url(who)}}],
    }
    return transaction(who, team)


def transaction(*resources: Json) -> Json:
    return {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {
                "fullUrl": _url(one),
                "resource": one,
                "request": {"method": "POST", "url": one["resourceType"]},
            }
            for one in resources
        ],
    }


def _result(of: str, number: str, taken: datetime, test: Test, status: str) -> Json:
    made: dict[str, Any] = {
        "resourceType": "Observation",
        "status": status,
        "identifier": [{"system": f"{EPR}/result", "value": number}],
        "category": [{"coding": [{"system": CATEGORY, "code": "laboratory"}]}],
        "code": _code(test.loinc, test.name),
        "subject": {"reference": of},
        "effectiveDateTime": _instant(taken),
        "valueQuantity": {
            "value": _digits(test.value), "unit": test.unit, "system": UCUM, "code": test.unit,
        },
        "referenceRange": [_range(test)],
    }  # fmt: skip
    if test.flag:
        made["interpretation"] = [{"coding": [{"code": test.flag}]}]
    return made


def _range(test: Test) -> Json:
    low, dash, high = test.usual.partition("-")
    if not dash:
        return {"text": test.usual}
    return {"low": _limit(low, test.unit), "high": _limit(high, test.unit)}


def _limit(digits: str, unit: str) -> Json:
    return {"value": _digits(digits), "unit": unit, "system": UCUM, "code": unit}


def _digits(text: str) -> str:
    return f"digits:{text}"


def _code(loinc: str, name: str) -> Json:
    return {"coding": [{"system": LOINC, "code": loinc, "display": name}], "text": name}


def _url(resource: Json) -> str:
    identifier = resource["identifier"][0]
    return f"{EPR}/{resource['resourceType']}/{identifier['value']}"


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

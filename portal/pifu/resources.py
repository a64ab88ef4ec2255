"""Patient-initiated follow-up in FHIR: three ServiceRequests, each based on the one before.

A plan has intent `plan`: it foresees a visit and lets nobody book one. `occurrencePeriod` says
between which days, `asNeeded` when to ask, an extension for each warning sign whom to ring instead.
What a patient asks has intent `proposal` and is based on the plan; a ticket (intent `order`) is
based on what was asked. A CarePlan could hold the plan too, but its activity would have to point
at a ServiceRequest all the same; and who may book may be lent this type already, who set a plan
treats its patient by it, and any system that reads referrals finds it where it looks.

`patientInstruction` says all of it in one text, for systems that do not know the extension.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from fhir.paths import Json, find, first
from fhir.store import Stored
from portal.appointments.resources import reference
from portal.record.dates import day as in_words
from portal.record.servicerequest import FOLLOW_UPS

PLAN, ASKED = "plan", "asked"
SIGN: Final = "urn:daybook:extension:warning-sign"
EMERGENCY, URGENT = "999", "111"
INTENTS: Final = {PLAN: "plan", ASKED: "proposal"}
_NAMES: Final = {PLAN: "Patient-initiated follow-up", ASKED: "Asked to be seen"}


@dataclass(frozen=True, slots=True)
class Terms:
    """What a clinician says of a plan; a service and a clinician are id and name."""

    title: str
    service: tuple[str, str]
    clinician: tuple[str, str]
    first_day: date
    last_day: date
    when: str
    emergencies: Sequence[str]
    urgent: Sequence[str] = ()
    encounter: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan as it stands in the record."""

    id: str
    patient: str
    version: int
    status: str
    terms: Terms
    security: tuple[Json, ...]
    resource: Json

    @property
    def first_day(self) -> date:
        return self.terms.first_day

    @property
    def last_day(self) -> date:
        return self.terms.last_day

    @property
    def is_active(self) -> bool:
        return self.status == "active"

    @property
    def signs(self) -> tuple[str, ...]:
        """The warning signs, those first for which one rings 999."""
        return (*self.terms.emergencies, *self.terms.urgent)


def plan(patient: str, terms: Terms, now: datetime) -> Json:
    service, clinician = terms.service, terms.clinician
    made: Json = {
        "resourceType": "ServiceRequest",
        "status": "active",
        "intent": INTENTS[PLAN],
        "category": [category(PLAN)],
        "subject": {"reference": f"Patient/{patient}"},
        "requester": reference("Practitioner", *clinician),
        "authoredOn": now.isoformat(timespec="seconds"),
        "performer": [
            reference("HealthcareService", *service),
            reference("Practitioner", *clinician),
        ],
    }
    if terms.encounter:
        made["encounter"] = {"reference": f"Encounter/{terms.encounter}"}
    return made | _said(terms)


def changed(old: Plan, terms: Terms) -> Json:
    """Return a plan that says something else, of the same service, by the same clinician."""
    others = [one for one in old.resource.get("extension", ()) if one.get("url") != SIGN]
    said = _said(terms)
    return old.resource | said | {"extension": [*others, *said["extension"]]}


def plan_of(stored: Stored) -> Plan | None:
    """Return a plan, if that is what a ServiceRequest is and it can be gone by."""
    resource = stored.json
    if not is_one(resource, PLAN):
        return None
    period = resource.get("occurrencePeriod", {})
    first_day, last_day = (_day(period.get(end, "")) for end in ("start", "end"))
    service, clinician = _performer(resource, "HealthcareService"), _clinician(resource)
    if not first_day or not last_day or not service[0]:
        return None
    signs = list(_signs(resource))
    terms = Terms(
        title=title_of(resource),
        service=service,
        clinician=clinician,
        first_day=first_day,
        last_day=last_day,
        when=str(first(resource, "asNeededCodeableConcept.text") or ""),
        emergencies=tuple(said for call, said in signs if call == EMERGENCY),
        urgent=tuple(said for call, said in signs if call != EMERGENCY),
    )
    security = tuple(resource.get("meta", {}).get("security", ()))
    status = str(resource.get("status"))
    return Plan(stored.id, stored.patient, stored.version, status, terms, security, resource)


def is_one(resource: Json, kind: str) -> bool:
    codes = (
        coding.get("code")
        for coding in find(resource, "category.coding")
        if isinstance(coding, dict) and coding.get("system") == FOLLOW_UPS
    )
    return kind in codes and resource.get("intent") == INTENTS[kind]


def _said(terms: Terms) -> Json:
    calls = [(EMERGENCY, one) for one in terms.emergencies] + [
        (URGENT, one) for one in terms.urgent
    ]
    return {
        "code": {"text": terms.title},
        "occurrencePeriod": {
            "start": terms.first_day.isoformat(),
            "end": terms.last_day.isoformat(),
        },
        "asNeededCodeableConcept": {"text": terms.when},
        "patientInstruction": _instruction(terms),
        "extension": [
            {
                "url": SIGN,
                "extension": [
                    {"url": "call", "valueString": call},
                    {"url": "sign", "valueString": sign},
                ],
            }
            for call, sign in calls
        ],
    }


def _instruction(terms: Terms) -> str:
    lines = [f"Call {EMERGENCY} if: {'; '.join(terms.emergencies)}."]
    if terms.urgent:
        lines.append(f"Call {URGENT} if: {'; '.join(terms.urgent)}.")
    until = in_words(terms.last_day)
    return "\n".join([*lines, f"Ask us to see you, until {until}, if: {terms.when}"])


def category(kind: str) -> Json:
    return {"coding": [{"system": FOLLOW_UPS, "code": kind}], "text": _NAMES[kind]}


def _signs(resource: Json) -> Iterator[tuple[str, str]]:
    for one in resource.get("extension", ()):
        if one.get("url") == SIGN:
            parts = {part.get("url"): part.get("valueString", "") for part in one["extension"]}
            yield str(parts.get("call", "")), str(parts.get("sign", ""))


def title_of(resource: Json) -> str:
    return str(first(resource, "code.text") or "")


def _clinician(resource: Json) -> tuple[str, str]:
    return _performer(resource, "Practitioner")


def _performer(resource: Json, kind: str) -> tuple[str, str]:
    for one in resource.get("performer", ()):
        of, _, logical_id = str(one.get("reference", "")).partition("/")
        if of == kind:
            return logical_id, str(one.get("display", ""))
    return "", ""


def _day(said: str) -> date | None:
    try:
        return date.fromisoformat(said[:10])
    except ValueError:
        return None

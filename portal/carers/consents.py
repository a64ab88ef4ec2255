"""A sharing in FHIR: the RelatedPerson who helps, and the Consent that says what they may see."""

from datetime import date, datetime
from typing import Final

from fhir.paths import Json
from portal.carers import relationships, rules, scopes
from portal.carers.models import Sharing
from portal.carers.rules import Basis, Reason, State

_CONSENT_SCOPE: Final = "http://terminology.hl7.org/CodeSystem/consentscope"
_ACT_CODE: Final = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
_ACTION: Final = "http://terminology.hl7.org/CodeSystem/consentaction"
_PARTY: Final = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
_TYPES: Final = "http://hl7.org/fhir/resource-types"
_CONFIDENTIALITY: Final = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
LEGAL_BASIS: Final = "https://fhir.nhs.uk/England/CodeSystem/England-NHSProxyLegalBasis"
STATUS_REASON: Final = (
    "https://fhir.nhs.uk/England/StructureDefinition/Extension-England-StatusReason"
)
REASONS: Final = "https://fhir.nhs.uk/England/CodeSystem/England-NHSProxyRoleStatusReason"

_STATUS: Final = {
    State.INVITED: "proposed",
    State.ACTIVE: "active",
    State.SUSPENDED: "inactive",
    State.ENDED: "inactive",
}


def related_person(sharing: Sharing) -> Json:
    """Return who helps; their name is as proved once they have signed in."""
    made: Json = {
        "resourceType": "RelatedPerson",
        "active": sharing.state == State.ACTIVE,
        "patient": {"reference": f"Patient/{sharing.patient}"},
        "relationship": [relationships.concept(sharing.relationship)],
        "name": [{"text": sharing.called}],
        "telecom": [{"system": "email", "value": sharing.email}],
    }
    if period := _period(sharing):
        made["period"] = period
    return _with_id(made, sharing.related_person)


def consent(sharing: Sharing, at: datetime, shown: frozenset[str]) -> Json:
    """Return what they may see of the record now, on whose word and until when."""
    rejected = sharing.reason.startswith("APPLICATION_REJECTED")
    made: Json = {
        "resourceType": "Consent",
        "extension": [{"url": STATUS_REASON, "valueCodeableConcept": _reason(sharing.reason)}],
        "status": "rejected" if rejected else _STATUS[State(sharing.state)],
        "scope": _concept(_CONSENT_SCOPE, "patient-privacy"),
        "category": [_concept(_ACT_CODE, "INFA")],
        "patient": {"reference": f"Patient/{sharing.patient}"},
        "dateTime": at.isoformat(),
        "policyRule": _basis(sharing),
        "provision": _provision(sharing, shown),
    }
    if sharing.basis == Basis.PATIENT:
        made["performer"] = [{"reference": f"Patient/{sharing.patient}"}]
    return _with_id(made, sharing.consent)


def _provision(sharing: Sharing, shown: frozenset[str]) -> Json:
    provision: Json = {
        "type": "permit",
        "actor": [
            {
                "role": _concept(_PARTY, "IRCP"),
                "reference": {"reference": sharing.who},
            }
        ],
        "action": [_concept(_ACTION, "access")],
    }
    if period := _period(sharing):
        provision["period"] = period
    if types := scopes.types_of(shown):
        provision["class"] = [{"system": _TYPES, "code": name} for name in sorted(types)]
    code = "R" if scopes.SENSITIVE in shown else "N"
    provision["securityLabel"] = [{"system": _CONFIDENTIALITY, "code": code}]
    return provision


def _basis(sharing: Sharing) -> Json:
    if sharing.basis == Basis.PARENT:
        return _concept(LEGAL_BASIS, rules.Basis.PARENT.value)
    return {"text": "The patient has chosen this person"}


def _reason(reason: str) -> Json:
    return _concept(REASONS, Reason(reason).value)


def _period(sharing: Sharing) -> Json:
    start, end = sharing.accepted_at, _end(sharing)
    return ({"start": start.isoformat()} if start else {}) | ({"end": end} if end else {})


def _end(sharing: Sharing) -> str:
    if sharing.ended_at:
        return sharing.ended_at.isoformat()
    return _last_day(sharing.ends_on) if sharing.ends_on else ""


def _last_day(day: date) -> str:
    return day.isoformat()


def _concept(system: str, code: str) -> Json:
    return {"coding": [{"system": system, "code": code}]}


def _with_id(resource: Json, logical_id: str) -> Json:
    return resource | ({"id": logical_id} if logical_id else {})

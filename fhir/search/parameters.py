"""THE table of search parameters: a row says its name, its kind and where each type has it.

From here come extraction (`values`), the reading of a query (`fhir.rest`) and the
CapabilityStatement. After a change, run `manage.py reindex`.

A path is names joined by dots; "|" stands between alternatives; "actor:Practitioner" takes the
references to practitioners alone. The type "*" means every type that has the element.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from fhir.elements import RESOURCE_TYPES, has_element


class Kind(enum.StrEnum):
    """FHIR's kinds of search parameter that we know."""

    TOKEN = "token"  # noqa: S105 (FHIR's word)
    DATE = "date"
    STRING = "string"
    REFERENCE = "reference"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One row. `column` names what the resource's own row keeps, so that no index is needed."""

    name: str
    kind: Kind
    paths: Mapping[str, str]
    column: str = ""

    def path_for(self, resource_type: str) -> str:
        """Return where the type has it, or "" if it has not."""
        if path := self.paths.get(resource_type):
            return path
        shared = self.paths.get("*", "")
        held = [path for path in shared.split("|") if path and _has(resource_type, path)]
        return "|".join(held)


def _has(resource_type: str, path: str) -> bool:
    return path in {"id", "meta"} or has_element(resource_type, path.partition(":")[0])


def _of(types: str, path: str) -> dict[str, str]:
    return dict.fromkeys(types.split(), path)


_PEOPLE: Final = "Patient Practitioner RelatedPerson Person"

PARAMETERS: Final = (
    # Every type, or every type that has the element
    Parameter("_id", Kind.TOKEN, {"*": "id"}, column="id"),
    Parameter("_lastUpdated", Kind.DATE, {"*": "meta"}, column="updated"),
    Parameter("identifier", Kind.TOKEN, {"*": "identifier"}),
    Parameter(
        "patient",
        Kind.REFERENCE,
        {
            "*": "patient|subject|beneficiary|for|individual",
            "Appointment": "participant.actor:Patient",
            "AppointmentResponse": "actor:Patient",
        },
        column="patient",
    ),
    Parameter("subject", Kind.REFERENCE, {"*": "subject"}, column="patient"),
    Parameter("status", Kind.TOKEN, {"*": "status"}, column="status"),
    Parameter("category", Kind.TOKEN, {"*": "category"}),
    Parameter(
        "code",
        Kind.TOKEN,
        {
            "*": "code",
            **_of(
                "MedicationAdministration MedicationDispense MedicationRequest MedicationStatement",
                "medicationCodeableConcept",
            ),
        },
    ),
    Parameter("encounter", Kind.REFERENCE, {"*": "encounter"}),
    Parameter("based-on", Kind.REFERENCE, {"*": "basedOn"}),
    Parameter(
        "date",
        Kind.DATE,
        {
            **_of(
                "AuditEvent Composition DocumentReference FamilyMemberHistory List"
                " ImmunizationRecommendation Questionnaire ValueSet CodeSystem",
                "date",
            ),
            **_of("CarePlan CareTeam Encounter EpisodeOfCare Flag", "period"),
            **_of("Observation", "effectiveDateTime|effectivePeriod|effectiveInstant"),
            **_of("DiagnosticReport ClinicalImpression", "effectiveDateTime|effectivePeriod"),
            **_of("RiskAssessment", "occurrenceDateTime|occurrencePeriod"),
            "AllergyIntolerance": "recordedDate",
            "Appointment": "start",
            "AuditEvent": "recorded",
            "Consent": "dateTime",
            "Immunization": "occurrenceDateTime",
            "Procedure": "performedDateTime|performedPeriod",
            "PractitionerRole": "period",
            "Schedule": "planningHorizon",
        },
    ),
    # When, by other names
    Parameter(
        "authored", Kind.DATE, {"QuestionnaireResponse": "authored", "ServiceRequest": "authoredOn"}
    ),
    Parameter("authoredon", Kind.DATE, {"MedicationRequest": "authoredOn"}),
    Parameter("authored-on", Kind.DATE, {"Task": "authoredOn"}),
    Parameter("created", Kind.DATE, {"Media": "createdDateTime|createdPeriod"}),
    Parameter("effective", Kind.DATE, {"MedicationStatement": "effectiveDateTime|effectivePeriod"}),
    Parameter(
        "effective-time",
        Kind.DATE,
        {"MedicationAdministration": "effectiveDateTime|effectivePeriod"},
    ),
    Parameter("issued", Kind.DATE, {"DiagnosticReport": "issued"}),
    Parameter("modified", Kind.DATE, {"Task": "lastModified"}),
    Parameter("occurrence", Kind.DATE, {"ServiceRequest": "occurrenceDateTime|occurrencePeriod"}),
    Parameter("onset-date", Kind.DATE, {"Condition": "onsetDateTime|onsetPeriod"}),
    Parameter("onset", Kind.DATE, {"AllergyIntolerance": "onsetDateTime|onsetPeriod"}),
    Parameter("period", Kind.DATE, {"DocumentReference": "context.period"}),
    Parameter("received", Kind.DATE, {"Communication": "received"}),
    Parameter("recorded", Kind.DATE, {"Provenance": "recorded"}),
    Parameter("recorded-date", Kind.DATE, {"Condition": "recordedDate"}),
    Parameter("sent", Kind.DATE, {"Communication": "sent"}),
    Parameter("start", Kind.DATE, {"Slot": "start"}),
    Parameter("start-date", Kind.DATE, {"Goal": "startDate"}),
    Parameter("started", Kind.DATE, {"ImagingStudy": "started"}),
    Parameter("whenhandedover", Kind.DATE, {"MedicationDispense": "whenHandedOver"}),
    # What
    Parameter("appointment-type", Kind.TOKEN, _of("Appointment Slot", "appointmentType")),
    Parameter("class", Kind.TOKEN, {"Encounter": "class"}),
    Parameter("clinical-status", Kind.TOKEN, _of("AllergyIntolerance Condition", "clinicalStatus")),
    Parameter("component-code", Kind.TOKEN, {"Observation": "component.code"}),
    Parameter("criticality", Kind.TOKEN, {"AllergyIntolerance": "criticality"}),
    Parameter("gender", Kind.TOKEN, _of(_PEOPLE, "gender")),
    Parameter(
        "intent", Kind.TOKEN, _of("CarePlan MedicationRequest ServiceRequest Task", "intent")
    ),
    Parameter("lifecycle-status", Kind.TOKEN, {"Goal": "lifecycleStatus"}),
    Parameter("modality", Kind.TOKEN, {"ImagingStudy": "modality|series.modality"}),
    Parameter("priority", Kind.TOKEN, _of("MedicationRequest ServiceRequest Task", "priority")),
    Parameter("relationship", Kind.TOKEN, {"RelatedPerson": "relationship"}),
    Parameter("role", Kind.TOKEN, {"PractitionerRole": "code"}),
    Parameter("service-category", Kind.TOKEN, _of("Appointment Schedule Slot", "serviceCategory")),
    Parameter(
        "service-type",
        Kind.TOKEN,
        {"HealthcareService": "type", **_of("Appointment Schedule Slot", "serviceType")},
    ),
    Parameter(
        "specialty",
        Kind.TOKEN,
        _of("Appointment HealthcareService PractitionerRole Schedule Slot", "specialty"),
    ),
    Parameter(
        "type",
        Kind.TOKEN,
        _of(
            "Composition Coverage Device DocumentReference Encounter EpisodeOfCare Location"
            " Organization Specimen",
            "type",
        ),
    ),
    Parameter("url", Kind.TOKEN, _of("CodeSystem Questionnaire ValueSet", "url")),
    Parameter("vaccine-code", Kind.TOKEN, {"Immunization": "vaccineCode"}),
    Parameter(
        "verification-status", Kind.TOKEN, _of("AllergyIntolerance Condition", "verificationStatus")
    ),
    # Who and where
    Parameter("birthdate", Kind.DATE, _of("Patient Person RelatedPerson", "birthDate")),
    Parameter("family", Kind.STRING, _of("Patient Practitioner", "name.family")),
    Parameter("given", Kind.STRING, _of("Patient Practitioner", "name.given")),
    Parameter(
        "name",
        Kind.STRING,
        {
            **_of(_PEOPLE, "name"),
            **_of("HealthcareService Location Organization", "name"),
        },
    ),
    Parameter(
        "actor",
        Kind.REFERENCE,
        {
            "Appointment": "participant.actor",
            "AppointmentResponse": "actor",
            "Consent": "provision.actor.reference",
            "Schedule": "actor",
        },
    ),
    Parameter(
        "author",
        Kind.REFERENCE,
        _of("CarePlan Composition DocumentReference QuestionnaireResponse", "author"),
    ),
    Parameter("derived-from", Kind.REFERENCE, {"Observation": "derivedFrom"}),
    Parameter("focus", Kind.REFERENCE, _of("Observation Task", "focus")),
    Parameter("general-practitioner", Kind.REFERENCE, {"Patient": "generalPractitioner"}),
    Parameter("has-member", Kind.REFERENCE, {"Observation": "hasMember"}),
    Parameter(
        "location",
        Kind.REFERENCE,
        {
            "Appointment": "participant.actor:Location",
            "Encounter": "location.location",
            "HealthcareService": "location",
            "PractitionerRole": "location",
        },
    ),
    Parameter(
        "medication",
        Kind.REFERENCE,
        _of(
            "MedicationAdministration MedicationDispense MedicationRequest MedicationStatement",
            "medicationReference",
        ),
    ),
    Parameter(
        "organization",
        Kind.REFERENCE,
        {
            "Patient": "managingOrganization",
            "PractitionerRole": "organization",
            "HealthcareService": "providedBy",
            "Location": "managingOrganization",
        },
    ),
    Parameter("owner", Kind.REFERENCE, {"Task": "owner"}),
    Parameter(
        "participant",
        Kind.REFERENCE,
        {"CareTeam": "participant.member", "Encounter": "participant.individual"},
    ),
    Parameter(
        "part-of",
        Kind.REFERENCE,
        _of("Communication Encounter Observation Procedure Task", "partOf"),
    ),
    Parameter(
        "performer",
        Kind.REFERENCE,
        {
            **_of("DiagnosticReport Observation ServiceRequest", "performer"),
            **_of("Immunization MedicationAdministration Procedure", "performer.actor"),
        },
    ),
    Parameter(
        "practitioner",
        Kind.REFERENCE,
        {
            "Appointment": "participant.actor:Practitioner",
            "Encounter": "participant.individual:Practitioner",
            "PractitionerRole": "practitioner",
        },
    ),
    Parameter("recipient", Kind.REFERENCE, {"Communication": "recipient"}),
    Parameter(
        "requester", Kind.REFERENCE, _of("MedicationRequest ServiceRequest Task", "requester")
    ),
    Parameter("related", Kind.REFERENCE, {"DocumentReference": "context.related"}),
    Parameter("result", Kind.REFERENCE, {"DiagnosticReport": "result"}),
    Parameter("schedule", Kind.REFERENCE, {"Slot": "schedule"}),
    Parameter("sender", Kind.REFERENCE, {"Communication": "sender"}),
    Parameter("service-provider", Kind.REFERENCE, {"Encounter": "serviceProvider"}),
    Parameter("slot", Kind.REFERENCE, {"Appointment": "slot"}),
    Parameter(
        "source",
        Kind.REFERENCE,
        {"MedicationStatement": "informationSource", "QuestionnaireResponse": "source"},
    ),
    Parameter(
        "specimen", Kind.REFERENCE, _of("DiagnosticReport Observation ServiceRequest", "specimen")
    ),
    Parameter("target", Kind.REFERENCE, {"Provenance": "target"}),
)


@cache
def parameters_of(resource_type: str) -> Mapping[str, Parameter]:
    """Return the parameters by which the type can be searched, by name."""
    if resource_type not in RESOURCE_TYPES:
        return {}
    return {row.name: row for row in PARAMETERS if row.path_for(resource_type)}

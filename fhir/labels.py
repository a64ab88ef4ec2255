"""What stands between a resource and its readers: one bit for each reason to hide it.

Codes are those of HL7 v3 (Confidentiality, ActCode) as `meta.security` carries them. A code that
is not in the table hides the resource from everyone but the service (decisions 21, 24).
"""

import enum
from collections.abc import Callable, Container

from fhir.access import Facts
from fhir.paths import Json

CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"


class Label(enum.IntFlag):
    """The bits of the `labels` column; the database's policies test the same ones."""

    NOPAT = 1
    SENSITIVE = 2
    TEAM_ONLY = 4
    UNKNOWN = 8
    STAFF_ONLY = 16
    DEMOGRAPHICS = 32


NONE = Label(0)
# DEMOGRAPHICS hides parts of a Patient from everyone and so hides the resource from nobody.
HIDING = Label.NOPAT | Label.SENSITIVE | Label.TEAM_ONLY | Label.UNKNOWN | Label.STAFF_ONLY

_CODES: dict[str, Label] = {
    **dict.fromkeys(["U", "L", "M", "N"], NONE),
    **dict.fromkeys(["R", "PSY", "HIV", "ETH", "SEX", "SDV"], Label.SENSITIVE),
    "V": Label.TEAM_ONLY,
    "NOPAT": Label.NOPAT,
    # Marks of test data say nothing about who may read.
    **dict.fromkeys(["HTEST", "TEST"], NONE),
}

_FLAGS_FOR_PATIENTS = frozenset({"national-reasonable-adjustment-flag"})

# Types that say the same of everyone; every other type belongs to one patient (decisions 20).
SHARED_TYPES = frozenset(
    {
        "CodeSystem",
        "HealthcareService",
        "Location",
        "Medication",
        "Organization",
        "Practitioner",
        "PractitionerRole",
        "Questionnaire",
        "Schedule",
        "Slot",
        "StructureDefinition",
        "ValueSet",
    }
)


def labels_of(resource: Json) -> Label:
    """Return the labels that the resource itself carries, by its security codes and its content."""
    found = NONE
    for coding in resource.get("meta", {}).get("security", ()):
        found |= _CODES.get(coding.get("code", ""), Label.UNKNOWN)
    if resource["resourceType"] == "Patient" and found & Label.SENSITIVE:
        found = found & ~Label.SENSITIVE | Label.DEMOGRAPHICS
    if staff_only := _STAFF_ONLY.get(resource["resourceType"]):
        found |= Label.STAFF_ONLY if staff_only(resource) else NONE
    return found


def facts_of(resource: Json, patient: str) -> Facts:
    """Return what the rule of access needs to know; `patient` is "" for a shared type."""
    return Facts(resource["resourceType"], patient, int(labels_of(resource)))


def security_coding(label: Label) -> Json:
    """Return the coding that tells a reader of a label that we put on ourselves."""
    if label is not Label.NOPAT:
        msg = f"{label!r} is never put on by this service"
        raise ValueError(msg)
    return {
        "system": ACT_CODE,
        "code": "NOPAT",
        "display": "no disclosure to patient, family or caregivers",
    }


def is_withheld(resource: Json, types: Container[str]) -> bool:
    """Whether a resource of these types arrives withheld: vital signs and own readings do not."""
    if resource["resourceType"] not in types:
        return False
    if resource["resourceType"] != "Observation":
        return True
    categories = {
        coding.get("code")
        for category in resource.get("category", ())
        for coding in category.get("coding", ())
    }
    performers = [one.get("reference", "") for one in resource.get("performer", ())]
    by_the_patient = bool(performers) and performers == [resource["subject"].get("reference")]
    return "vital-signs" not in categories and not by_the_patient


def _flag_is_for_staff(flag: Json) -> bool:
    codes = {
        coding.get("code")
        for category in flag.get("category", ())
        for coding in category.get("coding", ())
    }
    return not codes & _FLAGS_FOR_PATIENTS


def _communication_is_for_staff(communication: Json) -> bool:
    subject = communication.get("subject", {}).get("reference")
    recipients = {to.get("reference") for to in communication.get("recipient", ())}
    return subject not in recipients


def _answers_are_for_staff(response: Json) -> bool:
    """Whether staff answered about the patient: only what they answered themselves is theirs."""
    subject = response.get("subject", {}).get("reference")
    who = {response.get(name, {}).get("reference") for name in ("author", "source")}
    return not subject or subject not in who


_STAFF_ONLY: dict[str, Callable[[Json], bool]] = {
    "Flag": _flag_is_for_staff,
    "Communication": _communication_is_for_staff,
    "QuestionnaireResponse": _answers_are_for_staff,
}

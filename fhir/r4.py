"""The one door to the library of FHIR types, `fhir.resources`, of which we use R4B.

R4 itself is not in the library; for our types R4B is all but the same. A class
is imported when it is first asked for: each costs a good part of a second.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from fhir.paths import Json

if TYPE_CHECKING:
    from fhir.resources.R4B.allergyintolerance import AllergyIntolerance
    from fhir.resources.R4B.appointment import Appointment
    from fhir.resources.R4B.careplan import CarePlan
    from fhir.resources.R4B.careteam import CareTeam
    from fhir.resources.R4B.codeableconcept import CodeableConcept
    from fhir.resources.R4B.communication import Communication
    from fhir.resources.R4B.condition import Condition
    from fhir.resources.R4B.consent import Consent
    from fhir.resources.R4B.diagnosticreport import DiagnosticReport
    from fhir.resources.R4B.documentreference import DocumentReference
    from fhir.resources.R4B.encounter import Encounter
    from fhir.resources.R4B.humanname import HumanName
    from fhir.resources.R4B.immunization import Immunization
    from fhir.resources.R4B.medicationrequest import MedicationRequest
    from fhir.resources.R4B.observation import Observation
    from fhir.resources.R4B.organization import Organization
    from fhir.resources.R4B.patient import Patient
    from fhir.resources.R4B.practitioner import Practitioner
    from fhir.resources.R4B.procedure import Procedure
    from fhir.resources.R4B.quantity import Quantity
    from fhir.resources.R4B.questionnaire import Questionnaire
    from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse
    from fhir.resources.R4B.relatedperson import RelatedPerson
    from fhir.resources.R4B.schedule import Schedule
    from fhir.resources.R4B.servicerequest import ServiceRequest
    from fhir.resources.R4B.slot import Slot

__all__ = [
    "AllergyIntolerance",
    "Appointment",
    "CarePlan",
    "CareTeam",
    "CodeableConcept",
    "Communication",
    "Condition",
    "Consent",
    "DiagnosticReport",
    "DocumentReference",
    "Encounter",
    "HumanName",
    "Immunization",
    "MedicationRequest",
    "Observation",
    "Organization",
    "Patient",
    "Practitioner",
    "Procedure",
    "Quantity",
    "Questionnaire",
    "QuestionnaireResponse",
    "RelatedPerson",
    "Schedule",
    "ServiceRequest",
    "Slot",
    "UnknownType",
    "typed",
]


class UnknownType(ValueError):
    """The library has no such type."""


def __getattr__(name: str) -> Any:
    if not name[:1].isupper() or not name.isalnum():
        raise AttributeError(name)
    try:
        module = import_module(f"fhir.resources.R4B.{name.lower()}")
    except ModuleNotFoundError:
        raise AttributeError(name) from None
    return getattr(module, name)


def typed(resource: Json) -> Any:
    """Return the resource as an object of its class.

    :raises UnknownType: R4B has no such class.
    """
    try:
        cls = __getattr__(resource["resourceType"])
    except AttributeError:
        raise UnknownType(resource["resourceType"]) from None
    return cls.model_validate(_without_value_siblings(resource))


def _without_value_siblings(value: Any, *, in_extension: bool = False) -> Any:
    """Leave out `_valueString` and its like in extensions: legal, but the library refuses them."""
    if isinstance(value, list):
        return [_without_value_siblings(item, in_extension=in_extension) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: _without_value_siblings(item, in_extension=name in {"extension", "modifierExtension"})
        for name, item in value.items()
        if not (in_extension and name.startswith("_value"))
    }

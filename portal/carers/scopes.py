"""What of a record can be shared: by kind of data, in a patient's words, as types of resource.

Imports nothing of other features: whatever shows or counts a kind of data asks the viewer's
grants, which are made from this table and from what patients may see at all.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """One kind of data; `words` as a list on a page begins with it."""

    key: str
    words: str
    types: frozenset[str] = frozenset()
    hint: str = ""
    is_usual: bool = False  # ticked when the form is opened


APPOINTMENTS, SENSITIVE = "appointments", "sensitive"

SCOPES = (
    Scope(
        APPOINTMENTS,
        "Appointments",
        frozenset({"Appointment", "AppointmentResponse"}),
        is_usual=True,
    ),
    Scope(
        "letters",
        "Letters",
        frozenset({"Composition", "DocumentReference"}),
        is_usual=True,
    ),
    Scope(
        "results",
        "Test results",
        frozenset({"DiagnosticReport", "ImagingStudy", "Media", "Observation", "Specimen"}),
        hint="With measurements, such as blood pressure and weight",
    ),
    Scope(
        "medicines",
        "Medicines and allergies",
        frozenset(
            {
                "AllergyIntolerance",
                "MedicationAdministration",
                "MedicationDispense",
                "MedicationRequest",
                "MedicationStatement",
            }
        ),
    ),
    Scope(
        "messages",
        "Messages",
        frozenset({"Communication", "CommunicationRequest"}),
        hint="What your team writes to you, such as comments on test results",
    ),
    Scope(
        "rest",
        "The rest of my record",
        frozenset(
            {
                "BodyStructure",
                "CarePlan",
                "CareTeam",
                "ClinicalImpression",
                "Condition",
                "Device",
                "DeviceRequest",
                "DeviceUseStatement",
                "Encounter",
                "EpisodeOfCare",
                "FamilyMemberHistory",
                "Flag",
                "Goal",
                "Immunization",
                "ImmunizationRecommendation",
                "NutritionOrder",
                "Procedure",
                "QuestionnaireResponse",
                "ServiceRequest",
                "SupplyDelivery",
                "VisionPrescription",
            }
        ),
        hint="Conditions, operations, vaccinations, hospital stays and plans",
    ),
    Scope(SENSITIVE, "Private health matters"),
)
BY_KEY = {scope.key: scope for scope in SCOPES}
KINDS = tuple(scope for scope in SCOPES if scope.key != SENSITIVE)
USUAL = frozenset(scope.key for scope in SCOPES if scope.is_usual)
EVERYTHING = frozenset(BY_KEY)

# Of what patients themselves see, this is shared with nobody: who they are and where they live.
NEVER_SHARED = frozenset({"Patient"})


def types_of(keys: Iterable[str]) -> frozenset[str]:
    """Return the types of resource that these scopes are about."""
    return frozenset[str]().union(*(BY_KEY[key].types for key in keys))


def in_order(keys: Iterable[str]) -> list[Scope]:
    """Return the scopes of these keys as pages list them; a key that is not known is nothing."""
    wanted = frozenset(keys)
    return [scope for scope in SCOPES if scope.key in wanted]


def words_of(keys: Iterable[str]) -> str:
    """Return these scopes as one list.

    >>> words_of({"letters", "appointments", "rest"})
    'Appointments, letters, the rest of my record'
    """
    said = [scope.words for scope in in_order(keys)]
    return ", ".join([*said[:1], *(f"{one[0].lower()}{one[1:]}" for one in said[1:])])

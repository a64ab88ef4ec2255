"""What a person holds: the rights over records that come with a capacity (decisions 18, 19, 21).

Nobody holds anything by being silent here: a type that no row names, a role without an entry, a
record whose identity is in question give nothing.
"""

from fhir import changes
from fhir.access import EVERYONE, READING, WRITING, Grant, Interaction
from fhir.labels import HIDING, SHARED_TYPES, Label
from fhir.store import patients_naming
from portal import clock
from portal.carers import scopes
from portal.carers.standing import Acting
from portal.consultations import standing as clinics
from portal.emergency.standing import open_to
from portal.identity.models import Capacity, Link, Role, User

# The types of which a patient may ever see something, each once it has been released or needs no
# release. Whatever is not in the table is for staff only.
PATIENT_TYPES = frozenset(
    {
        "AllergyIntolerance",
        "Appointment",
        "BodyStructure",
        "CarePlan",
        "CareTeam",
        "Communication",  # those addressed to them; any other bears STAFF_ONLY
        "Composition",
        "Condition",
        "Device",
        "DeviceRequest",
        "DeviceUseStatement",
        "DiagnosticReport",
        "DocumentReference",
        "Encounter",
        "EpisodeOfCare",
        "FamilyMemberHistory",
        "Flag",  # of the categories for patients; any other bears STAFF_ONLY
        "Goal",
        "ImagingStudy",
        "Immunization",
        "ImmunizationRecommendation",
        "MedicationAdministration",
        "MedicationDispense",
        "MedicationRequest",
        "MedicationStatement",
        "NutritionOrder",
        "Observation",
        "Patient",
        "Procedure",
        "QuestionnaireResponse",  # those that they answered; any other bears STAFF_ONLY
        "ServiceRequest",
        "Specimen",
        "SupplyDelivery",
        "VisionPrescription",
    }
)
# Who, where and with what: what pages name beside an entry.
PATIENT_SHARED_TYPES = frozenset(
    {
        "HealthcareService",
        "Location",
        "Medication",
        "Organization",
        "Practitioner",
        "PractitionerRole",
        "Questionnaire",
    }
)
PATIENT_SEES = int(Label.SENSITIVE | Label.TEAM_ONLY | Label.DEMOGRAPHICS)

# A care professional reaches a patient whom one of these names with them in it: the care team, a
# report that they asked for or made, a document that they wrote.
_TREATING_TYPES = ("CareTeam", "DiagnosticReport", "DocumentReference", "ServiceRequest")
# What was filed under the wrong person, or has ended, makes nobody a patient of theirs.
_ENDED = ("entered-in-error", "inactive", "revoked")
_TEAM_SEES = int(HIDING & ~Label.UNKNOWN | Label.DEMOGRAPHICS)

SHARED = frozenset({""})

# Records staff find a person by a number and date of birth to hand over an activation code.
FIND_PERSON = Grant(EVERYONE, frozenset({"Patient"}), frozenset({Interaction.SEARCH}))

# A hospital system sends anything about anyone, and may read back what it is about to correct.
FEED = Grant(EVERYONE, EVERYONE, READING | WRITING, int(HIDING))


def grants_of(user: User, capacity: Capacity, person: str) -> tuple[Grant, ...]:
    """Return what `user` holds in this capacity, with `person` the patient key in view."""
    if capacity == Capacity.PATIENT:
        return _patient(person)
    if capacity == Capacity.STAFF:
        return _staff(user)
    return ()


def grants_of_carer(acting: Acting | None) -> tuple[Grant, ...]:
    """Return what somebody holds who looks into another's record: the types shared with them.

    Never more than the patient sees, and what is sensitive with that scope alone.
    """
    if acting is None or changes.is_held(acting.patient):
        return ()
    types = scopes.types_of(acting.scopes) & PATIENT_TYPES
    sees = int(Label.SENSITIVE) if scopes.SENSITIVE in acting.scopes else 0
    return (
        Grant(frozenset({acting.patient}), types, READING, sees),
        Grant(SHARED, PATIENT_SHARED_TYPES, READING),
    )


def barred_from(user: User) -> frozenset[str]:
    """Return the records that `user` may not open as staff: their own, and their relations'.

    Whoever helps somebody, or has helped them, counts as a relation.
    """
    own = Link.objects.filter(user=user, ended_at=None).values_list("patient", flat=True)
    helped = user.helps.exclude(accepted_at=None).values_list("patient", flat=True)
    return frozenset(user.ties.values_list("patient", flat=True).union(own, helped))


def _patient(person: str) -> tuple[Grant, ...]:
    if not person or changes.is_held(person):
        return ()
    return (
        Grant(frozenset({person}), PATIENT_TYPES, READING, PATIENT_SEES),
        Grant(SHARED, PATIENT_SHARED_TYPES, READING),
    )


def _staff(user: User) -> tuple[Grant, ...]:
    if user.role == Role.CLINICIAN:
        return _care_professional(user)
    if user.role == Role.BOOKING:
        return (Grant(SHARED, SHARED_TYPES, READING),)
    return (FIND_PERSON,) if user.role == Role.RECORDS else ()


def _care_professional(user: User) -> tuple[Grant, ...]:
    barred = barred_from(user)
    treated = frozenset(treated_by(user)) - barred
    now = clock.now()
    in_emergency = open_to(user, now) - barred - treated
    in_clinic = clinics.seen_by(user.practitioners, now) - barred - treated - in_emergency
    held = [Grant(SHARED, SHARED_TYPES, READING)]
    if treated:
        held.append(Grant(treated, EVERYONE, READING | {Interaction.LABEL}, _TEAM_SEES))
    if in_emergency:
        held.append(Grant(in_emergency, EVERYONE, READING, _TEAM_SEES))
    if in_clinic:
        held.append(Grant(in_clinic, clinics.TYPES, READING, _TEAM_SEES))
    return tuple(held)


def treated_by(user: User) -> set[str]:
    references = [
        f"{resource_type}/{logical_id}"
        for logical_id in user.practitioners
        for resource_type in ("Practitioner", "PractitionerRole")
    ]
    return patients_naming(references, _TREATING_TYPES, _ENDED) if references else set()

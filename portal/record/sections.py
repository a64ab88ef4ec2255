"""THE table of the parts of a record, as a patient browses it: what each holds and is called.

A section is there for whoever holds a grant over one of its types: for anybody else it is absent,
not empty. What is in no section is in MORE, so that nothing a patient may see is left out.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.urls import reverse

from fhir.access import Interaction, Viewer

RESULTS: Final = "results"
# What has not ended: statuses that come above all others.
_GOING_ON: Final = (
    *("active", "recurrence", "relapse", "on-hold", "onhold", "draft", "intended", "planned"),
    *("proposed", "accepted", "arrived", "triaged", "in-progress", "onleave", "waitlist"),
)


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a record; `key` is its address too.

    `kind` is what one thing of it is called in a list of all kinds. `foremost` are the statuses
    that come above others, `groups` the headings in their order, each a word of the entries.
    Of the texts for an empty list, that there is none of something is said by an entry;
    `nothing` is said where nobody has written anything down, and `elsewhere` what another holds;
    whose they are is a gap in them and in `lead` (`portal.record.whose`).
    """

    key: str
    title: str
    types: tuple[str, ...]
    topic: str
    kind: str
    nothing: str
    elsewhere: str
    lead: str = ""
    foremost: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    short: str = ""  # the title where there is little room
    is_mixed: bool = False  # its things are of many kinds, which are its headings
    is_warning: bool = False  # to find nothing here must not be taken for there being nothing

    @property
    def door(self) -> str:
        return self.short or self.title

    @property
    def address(self) -> str:
        if self.key == RESULTS:
            return reverse("results:list")
        return reverse("record:section", args=[self.key])

    @property
    def is_held(self) -> bool:
        """Whether this hospital's systems send any of it."""
        return self.key not in settings.RECORD_HELD_ELSEWHERE

    def types_for(self, viewer: Viewer) -> list[str]:
        """Return the types of it that this viewer may see anything of."""
        return [name for name in self.types if may_hold(viewer, name)]


SECTIONS: Final = (
    Section(
        RESULTS,
        "Test results",
        ("DiagnosticReport", "Observation"),
        "results",
        "Test result",
        "{you_have} no test results yet.",
        "Ask {your} GP surgery for the tests that they asked for.",
    ),
    Section(
        "medicines",
        "Medicines",
        (
            "MedicationRequest",
            "MedicationStatement",
            "MedicationDispense",
            "MedicationAdministration",
        ),
        "meds",
        "Medicine",
        "No medicines have been written down here. That does not mean there are none.",
        "{your} GP surgery and pharmacy have the list of medicines. Ask them.",
        "These are the medicines our hospital knows about. A GP or pharmacy may have others.",
        _GOING_ON,
        ("Taking now", "Paused", "Planned", "Told to us", "We are not sure about"),
    ),
    Section(
        "allergies",
        "Allergies",
        ("AllergyIntolerance",),
        "allergies",
        "Allergy",
        "This hospital has no allergy note for {you}. That does not mean there are no allergies."
        " It may be that nobody has asked.",
        "{your} GP surgery keeps the list of allergies. Ask them.",
        foremost=_GOING_ON,
        groups=("Active",),
        is_warning=True,
    ),
    Section(
        "conditions",
        "Conditions",
        ("Condition",),
        "conditions",
        "Condition",
        "No conditions have been written down here. That does not mean there are none.",
        "{your} GP surgery keeps the full list of conditions. Ask them.",
        foremost=_GOING_ON,
        groups=("Active", "Resolved", "Ruled out"),
    ),
    Section(
        "letters",
        "Letters and documents",
        ("DocumentReference", "Composition"),
        "letters",
        "Letter",
        "There are no letters here yet. When one is ready, it will show here.",
        "Letters from other hospitals do not show here. Ask whoever wrote them.",
        short="Letters",
    ),
    Section(
        "appointments",
        "Appointments",
        ("Appointment",),
        "appts",
        "Appointment",
        "As far as we know today, {you_have} no appointments with us.",
        "Appointments at {your} GP surgery or another hospital do not show here. Ask them.",
        foremost=("booked", "pending", "proposed", "waitlist", "arrived", "checked-in"),
        groups=("Booked", "Planned", "Past"),
    ),
    Section(
        "immunisations",
        "Vaccinations",
        ("Immunization", "ImmunizationRecommendation"),
        "vaccines",
        "Vaccination",
        "No vaccinations have been written down here. That does not mean there were none.",
        "Most vaccines are given by a GP surgery, a pharmacy or a school. Ask {your} GP surgery.",
    ),
    Section(
        "procedures",
        "Operations and procedures",
        ("Procedure",),
        "procedures",
        "Procedure",
        "No operations or procedures have been written down here.",
        "What was done in another hospital does not show here. Ask them or {your} GP surgery.",
        groups=("Going on now", "Planned", "Done", "Not done"),
        short="Operations",
    ),
    Section(
        "visits",
        "Visits and hospital stays",
        ("Encounter", "EpisodeOfCare"),
        "visits",
        "Visit",
        "No visits have been written down here.",
        "Visits to {your} GP surgery or another hospital do not show here. Ask them.",
        groups=("Now", "Planned", "Active", "Past", "Ended"),
        short="Visits and stays",
    ),
    Section(
        "plans",
        "Care plans and goals",
        ("CarePlan", "Goal", "CareTeam"),
        "plans",
        "Plan",
        "No plan has been written down here yet. Ask {team} what is planned.",
        "{your} GP surgery or social care team may have a plan of their own. Ask them.",
        foremost=_GOING_ON,
        groups=("Active", "Planned", "Ended"),
        short="Plans and goals",
    ),
    Section(
        "referrals",
        "Referrals and requests",
        ("ServiceRequest",),
        "referrals",
        "Referral",
        "No referrals have been written down here.",
        "{your} GP surgery knows about the referrals that they made. Ask them.",
        foremost=_GOING_ON,
        groups=("Active", "Planned", "Ended"),
        short="Referrals",
    ),
    Section(
        "more",
        "More of the record",
        (
            "Flag",
            "Communication",
            "QuestionnaireResponse",
            "FamilyMemberHistory",
            "ImagingStudy",
            "Specimen",
            "Device",
            "DeviceRequest",
            "DeviceUseStatement",
            "NutritionOrder",
            "VisionPrescription",
            "BodyStructure",
            "SupplyDelivery",
        ),
        "more",
        "Other",
        "There is nothing else in {your} record.",
        "Other parts of {your} health record may be with a GP surgery. Ask them.",
        short="More",
        is_mixed=True,
    ),
)

BY_KEY: Final = {section.key: section for section in SECTIONS}
# By type, the section that it stands in.
SECTION_OF: Final = {name: section for section in SECTIONS for name in section.types}
# What one thing is called in a list of all kinds, where it is not as the others of its section.
KIND_OF: Final = {
    "BodyStructure": "Part of the body",
    "CareTeam": "Care team",
    "Communication": "Message",
    "Composition": "Document",
    "Device": "Medical device",
    "DeviceRequest": "Device asked for",
    "DeviceUseStatement": "Medical device",
    "EpisodeOfCare": "Time in a team’s care",
    "FamilyMemberHistory": "Family history",
    "Flag": "Help that is needed",
    "Goal": "Goal",
    "ImagingStudy": "Scan",
    "ImmunizationRecommendation": "Vaccines due",
    "MedicationAdministration": "Medicine given",
    "MedicationDispense": "Medicine handed out",
    "NutritionOrder": "Diet",
    "QuestionnaireResponse": "Form",
    "Specimen": "Sample",
    "SupplyDelivery": "Delivery",
    "VisionPrescription": "Glasses or lenses",
}
BROWSED: Final = tuple(section for section in SECTIONS if section.key != RESULTS)


def sections_for(viewer: Viewer) -> list[Section]:
    """Return the sections that are there for this viewer, in the order of the page."""
    return [section for section in SECTIONS if section.types_for(viewer)]


def may_hold(viewer: Viewer, resource_type: str) -> bool:
    """Whether this viewer could see anything of this type at all."""
    return any(grant.covers(Interaction.READ, resource_type) for grant in viewer.grants)


def kind_of(resource_type: str) -> str:
    """Return what one thing of a type is called."""
    return KIND_OF.get(resource_type) or SECTION_OF[resource_type].kind


def types_for(viewer: Viewer, sections: Iterable[Section]) -> Iterator[str]:
    for section in sections:
        yield from section.types_for(viewer)


def address_of(resource_type: str, logical_id: str) -> str:
    """Return where an item's page is."""
    match resource_type:
        case "DiagnosticReport":
            return reverse("results:report", args=[logical_id])
        case "Observation":
            return reverse("results:alone", args=[logical_id])
        case _:
            key = SECTION_OF[resource_type].key
            return reverse("record:item", args=[key, resource_type.lower(), logical_id])

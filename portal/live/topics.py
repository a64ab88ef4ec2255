"""Which sections of a patient's pages a change touches. Section keys say nothing clinical."""

from collections.abc import Iterable

from fhir.access import Interaction, Viewer
from fhir.changes import SEEN, Change

# A type without a row touches the home page alone. The first section is the type's own.
_SECTIONS: dict[str, tuple[str, ...]] = {
    "Appointment": ("appts",),
    "Communication": ("msgs", "results"),
    "DiagnosticReport": ("results",),
    "DocumentReference": ("letters", "results"),
    "MedicationRequest": ("meds",),
    "MedicationStatement": ("meds",),
    "Observation": ("results",),
}
ALL = ("home", "results", "letters", "appts", "msgs", "meds")


def sections_of(changes: Iterable[Change]) -> list[str]:
    """Return the section keys that the changes touch, in a settled order."""
    touched = {"home"}
    for change in changes:
        if change.kind == SEEN:
            # Which section was looked at is not said: counts stand in all of them.
            return list(ALL)
        touched.update(_SECTIONS.get(change.resource_type, ()))
    return [key for key in ALL if key in touched]


def heard_by(viewer: Viewer, sections: Iterable[str]) -> list[str]:
    """Return the sections in which this viewer could see anything: others are not even named."""
    own = {keys[0] for name, keys in _SECTIONS.items() if _may_hold(viewer, name)}
    return [key for key in sections if key == "home" or key in own]


def _may_hold(viewer: Viewer, resource_type: str) -> bool:
    return any(grant.covers(Interaction.READ, resource_type) for grant in viewer.grants)

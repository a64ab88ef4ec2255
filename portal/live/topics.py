"""Which sections of a patient's pages a change touches. Section keys say nothing clinical."""

from collections.abc import Iterable

from fhir.changes import SEEN, Change

# A type without a row touches the home page alone.
_SECTIONS: dict[str, tuple[str, ...]] = {
    "Appointment": ("appts",),
    "Communication": ("results", "msgs"),
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

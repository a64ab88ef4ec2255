"""Which sections of a patient's pages a change touches. Section keys say nothing clinical."""

from collections.abc import Iterable

from fhir.access import Viewer
from fhir.changes import SEEN, Change
from portal.record.sections import SECTION_OF, SECTIONS, may_hold

# Beside the section that a type stands in: what is its own too, and where else it is shown. A
# type of no section touches the home page alone.
_OWN_TOO = {"Communication": ("msgs",)}
_SHOWN_TOO = {"Communication": ("results",), "DocumentReference": ("results",)}
ALL = ("home", *(section.topic for section in SECTIONS), "msgs")


def sections_of(changes: Iterable[Change]) -> list[str]:
    """Return the section keys that the changes touch, in a settled order."""
    touched = {"home"}
    for change in changes:
        if change.kind == SEEN:
            # Which section was looked at is not said: counts stand in all of them.
            return list(ALL)
        touched.update(_own(change.resource_type))
        touched.update(_SHOWN_TOO.get(change.resource_type, ()))
    return [key for key in ALL if key in touched]


def heard_by(viewer: Viewer, sections: Iterable[str]) -> list[str]:
    """Return the sections in which this viewer could see anything: others are not even named."""
    own = {key for name in SECTION_OF if may_hold(viewer, name) for key in _own(name)}
    return [key for key in sections if key == "home" or key in own]


def _own(resource_type: str) -> tuple[str, ...]:
    section = SECTION_OF.get(resource_type)
    return (section.topic, *_OWN_TOO.get(resource_type, ())) if section else ()

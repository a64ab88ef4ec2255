"""The parts of a record that people choose from when they take a copy or make a link.

They are the sections of the record, and who it is about. Every type that a viewer may see is in
exactly one part: what no section names is in the last.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from fhir.access import Interaction, Viewer
from portal.record.sections import SECTIONS

ABOUT, OTHER = "about", "other"
# How far back one asks makes no difference to these: what is old in them matters today.
WHOLE = frozenset({ABOUT, "medicines", "allergies", "conditions", "immunisations", "plans"})
# What one thing of a part is called, and several, where that is not "item".
NOUNS = {
    "results": ("result", "results"),
    "letters": ("letter", "letters"),
    "appointments": ("appointment", "appointments"),
    "immunisations": ("vaccination", "vaccinations"),
    "visits": ("visit", "visits"),
    "referrals": ("referral", "referrals"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the record, with the types in it that a viewer may see."""

    key: str
    title: str
    types: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        return self.key in WHOLE

    def counted(self, count: int) -> str:
        return counted(self.key, count)


PARTS = (
    Part(ABOUT, "About you", ("Patient",)),
    *(Part(section.key, section.title, section.types) for section in SECTIONS),
)
_NAMED = frozenset(name for part in PARTS for name in part.types)


def counted(key: str, count: int) -> str:
    """Return how many there are of a part, in words.

    >>> counted("results", 1_061), counted("allergies", 1)
    ('1,061 results', '1 item')
    """
    one, many = NOUNS.get(key, ("item", "items"))
    return f"{count:,} {one if count == 1 else many}"


def parts_of(viewer: Viewer, patient: str) -> list[Part]:
    """Return the parts of which this viewer may see anything, each with the types they may see."""
    types = _types_of(viewer, patient)
    rest = Part(OTHER, "Everything else", tuple(sorted(types - _NAMED)))
    narrowed = [
        replace(part, types=tuple(name for name in part.types if name in types))
        for part in (*PARTS, rest)
    ]
    return [part for part in narrowed if part.types]


def chosen(parts: Iterable[Part], keys: Iterable[str]) -> list[Part]:
    """Return the parts of these keys, and who the record is about in any case."""
    wanted = {ABOUT, *keys}
    return [part for part in parts if part.key in wanted]


def _types_of(viewer: Viewer, patient: str) -> frozenset[str]:
    """Return the types named by the viewer's rights over this one record; staff have no copies."""
    return frozenset(
        str(name)
        for grant in viewer.grants
        if Interaction.READ in grant.interactions and patient in grant.patients
        for name in grant.types
    )

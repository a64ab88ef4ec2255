"""What a discharge summary itself says of medicines, by what its parts name.

A part with the heading of medicines names them, or a list of them with a word on what became of
each. Numbers that systems use for such words differ, and one's "changed" is another's "cancelled":
only words are read.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from fhir.paths import Json, find, first
from fhir.search.values import token_hash
from fhir.store import Criteria, Repository, Stored

CHANGED: Final = "Changed"
STARTED: Final = "Started"
STOPPED: Final = "Stopped"
PAUSED: Final = "Paused"
SAME: Final = "No change"
TYPES: Final = ("MedicationRequest", "MedicationStatement")
MOST: Final = 50

_SNOMED, _LOINC = "http://snomed.info/sct", "http://loinc.org"
_SUMMARIES: Final = [
    token_hash(_SNOMED, "373942005"),
    *(token_hash(_LOINC, code) for code in ("18842-5", "28655-9", "34105-7", "11490-0")),
]
# Headings of what is taken from now on; what was taken on arrival has another.
_MEDICINES: Final = frozenset(
    {"medications-and-medical-devices", "933361000000108", "10183-2", "75311-1"}
)
_BECAME: Final = {
    **dict.fromkeys(["added", "started", "new", "prescribed"], STARTED),
    **dict.fromkeys(["amended", "changed"], CHANGED),
    **dict.fromkeys(["stopped", "ceased", "cancelled", "discontinued"], STOPPED),
    **dict.fromkeys(["on-hold", "on hold", "suspended", "paused"], PAUSED),
    **dict.fromkeys(["continued", "unchanged", "no change"], SAME),
}
_CHANGE: Final = (
    "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-MedicationChangeSummary"
)
_DEEPEST: Final = 6


@dataclass(frozen=True, slots=True)
class Letter:
    """A discharge summary: the medicines it names, by "Type/id", and what it says became of each.

    Of one of which it says nothing the word is empty.
    """

    stored: Stored
    became: dict[str, str]


def last_letter(records: Repository, patient: str) -> Letter | None:
    """Return the newest discharge summary, if it names medicines."""
    wanted = Criteria(
        "Composition",
        [patient],
        statuses=("final", "amended"),
        tokens=[("type", _SUMMARIES)],
        count=1,
    )
    found, _ = records.search_any([wanted])
    if not found:
        return None
    named = list(dict.fromkeys(_named(found[0].json)))
    lists = _lists(records, patient, found[0].json, named)
    became = {name: "" for name in named if name.partition("/")[0] in TYPES}
    for one in lists:
        became |= dict(_entries(one))
    return Letter(found[0], dict(list(became.items())[:MOST])) if became else None


def change_of(resource: Json) -> tuple[str, str]:
    """Return what a medicine says became of it, and why, where it says so itself."""
    for change in find(resource, "extension"):
        if isinstance(change, dict) and change.get("url") == _CHANGE:
            parts = {one.get("url"): one for one in find(change, "extension")}
            why = first(parts.get("indicationForChange", {}), "valueCodeableConcept") or {}
            said = first(why, "text") or first(why, "coding.display")
            return _word(first(parts.get("status", {}), "valueCoding")), str(said or "")
    return "", ""


def _named(composition: Json) -> Iterator[str]:
    for section in _sections(find(composition, "section"), 0):
        codes = {one for one in find(section, "code.coding.code") if isinstance(one, str)}
        if codes & _MEDICINES:
            yield from (one for one in find(section, "entry.reference") if isinstance(one, str))


def _sections(sections: Iterable[Any], depth: int) -> Iterator[Json]:
    for section in sections:
        if isinstance(section, dict) and depth < _DEEPEST:
            yield section
            yield from _sections(find(section, "section"), depth + 1)


def _lists(
    records: Repository, patient: str, composition: Json, named: Iterable[str]
) -> list[Json]:
    """Return the lists that it names: a list is a part of it, and read as it is."""
    inside = {f"#{one.get('id')}": one for one in find(composition, "contained")}
    ids = [name.removeprefix("List/") for name in named if name.startswith("List/")][:MOST]
    found = [inside[name] for name in named if name in inside]
    if ids:
        lent = records.lent_reads("List", with_="Composition")
        wanted = Criteria("List", [patient], ids=ids, count=len(ids))
        found += [one.json for one in lent.search_any([wanted])[0]]
    return [one for one in found if one.get("resourceType") == "List"]


def _entries(found: Json) -> Iterator[tuple[str, str]]:
    for entry in find(found, "entry"):
        name = first(entry, "item.reference")
        if isinstance(name, str) and name.partition("/")[0] in TYPES:
            is_off = first(entry, "deleted") is True
            yield name, STOPPED if is_off else _word(first(entry, "flag"))


def _word(flag: object) -> str:
    """Return what became of a medicine, or nothing where the words are strange or disagree."""
    if not isinstance(flag, dict):
        return ""
    paths = ("text", "code", "display", "coding.code", "coding.display")
    said = [
        one.strip().lower() for path in paths for one in find(flag, path) if isinstance(one, str)
    ]
    found = {_BECAME[one] for one in said if one in _BECAME}
    return found.pop() if len(found) == 1 else ""

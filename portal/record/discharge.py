"""What changed in somebody's medicines when they last left hospital, as far as it was sent.

Said of what the discharge summary names, and of prescriptions of the category "discharge". What
became of a medicine is what the summary says of it, or the medicine itself; else a prescription
that names the one it takes the place of is a change, or none, and one without is neither called
new nor old.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from fhir.paths import first
from fhir.search.values import token_hash
from fhir.store import Criteria, Repository, Stored
from portal.record import words
from portal.record.dates import local
from portal.record.discharge_letter import (
    CHANGED,
    MOST,
    PAUSED,
    SAME,
    STARTED,
    STOPPED,
    TYPES,
    Letter,
    change_of,
    last_letter,
)
from portal.record.entry import present
from portal.record.medicationrequest import MedicationRequest
from portal.record.medicationstatement import MedicationStatement
from portal.record.medicines import NOT_NOW
from portal.record.naming import names_of
from portal.record.sections import address_of, may_hold
from portal.record.statuses import TAKING

GIVEN: Final = "Given to take home"
NAMED: Final = "Named in the letter"
ORDER: Final = (STARTED, CHANGED, STOPPED, PAUSED, GIVEN, NAMED, SAME)
_TYPE: Final = "MedicationRequest"
_CATEGORY: Final = "discharge"
_DISCHARGE: Final = ("category", [token_hash(None, _CATEGORY)])
_ENDED: Final = frozenset({"stopped", "cancelled", "not-taken"})
_OFF: Final = frozenset({STOPPED, PAUSED})

Medicines = MedicationRequest | MedicationStatement


@dataclass(frozen=True, slots=True)
class Medicine:
    """One medicine, and what became of it; `was` and `now` are how it is taken.

    `else_` is how it stands by now, where that does not fit what is said of the discharge.
    """

    title: str
    address: str
    now: str
    was: str
    reason: str
    else_: str


@dataclass(frozen=True, slots=True)
class Discharge:
    """What was said at the end of one stay, by what became of it; `letter` is where it stands."""

    when: str
    letter: str
    groups: list[tuple[str, list[Medicine]]]


def last_discharge(records: Repository, patient: str) -> Discharge | None:
    """Return what the newest discharge changed, or None where nothing says so."""
    if not may_hold(records.viewer, _TYPE):
        return None
    prescribed = _prescribed(records, patient)
    letter = _letter(records, patient, prescribed)
    named = _named(records, patient, letter) if letter else []
    if not named:
        letter = None
    together = _once([*named, *_of_stay(prescribed, letter)])
    if not together:
        return None
    earlier = _earlier(records, patient, together)
    names = names_of(records, [*together, *earlier.values()])
    groups: dict[str, list[Medicine]] = {name: [] for name in ORDER}
    for one in together:
        entry, before = _entry(one, names), earlier.get(_prior(one))
        was = MedicationRequest(before, names) if before else None
        said = letter.became.get(f"{one.resource_type}/{one.id}", "") if letter else ""
        became = said or change_of(one.json)[0] or _became(one, entry, was)
        groups[became].append(_medicine(entry, was, became))
    first_of_all = letter.stored if letter else together[0]
    return Discharge(
        present(first_of_all).when(),
        address_of("Composition", letter.stored.id) if letter else "",
        [(name, rows) for name, rows in groups.items() if rows],
    )


def _prescribed(records: Repository, patient: str) -> list[Stored]:
    """Return the prescriptions of the newest discharge that has any."""
    found, _ = records.search_any([Criteria(_TYPE, [patient], tokens=[_DISCHARGE], count=MOST)])
    return [one for one in found if _stay(one) == _stay(found[0])]


def _letter(records: Repository, patient: str, prescribed: list[Stored]) -> Letter | None:
    """Return the discharge summary, unless there are prescriptions of a later discharge."""
    if not may_hold(records.viewer, "Composition"):
        return None
    letter = last_letter(records, patient)
    if letter is None or not prescribed or _is_of(prescribed[0], letter):
        return letter
    return letter if _day(letter.stored) >= _day(prescribed[0]) else None


def _named(records: Repository, patient: str, letter: Letter) -> list[Stored]:
    """Return the medicines that it names and this viewer may see, in its order."""
    ids: dict[str, list[str]] = {}
    for name in letter.became:
        resource_type, _, logical_id = name.partition("/")
        ids.setdefault(resource_type, []).append(logical_id)
    wanted = [
        Criteria(name, [patient], ids=ids[name], count=MOST)
        for name in TYPES
        if name in ids and may_hold(records.viewer, name)
    ]
    found = {f"{one.resource_type}/{one.id}": one for one in records.search_any(wanted)[0]}
    return [found[name] for name in letter.became if name in found]


def _of_stay(prescribed: list[Stored], letter: Letter | None) -> list[Stored]:
    return prescribed if letter is None else [one for one in prescribed if _is_of(one, letter)]


def _is_of(one: Stored, letter: Letter) -> bool:
    stays = [str(first(it.json, "encounter.reference") or "") for it in (one, letter.stored)]
    return stays[0] == stays[1] if all(stays) else _day(one) == _day(letter.stored)


def _day(one: Stored) -> date:
    return local(one.key[0]).date() if one.key[0] else date.min


def _once(found: Iterable[Stored]) -> list[Stored]:
    """Return each medicine once: a prescription of what a letter named already adds nothing."""
    kept: dict[str, Stored] = {}
    titles: dict[str, str] = {}
    for one in found:
        title = present(one).heading()
        if titles.setdefault(title, one.resource_type) == one.resource_type:
            kept.setdefault(one.id, one)
    return list(kept.values())


def _entry(one: Stored, names: Mapping[str, str]) -> Medicines:
    is_request = one.resource_type == _TYPE
    return (MedicationRequest if is_request else MedicationStatement)(one, names)


def _stay(one: Stored) -> str:
    """Return what one discharge's prescriptions have in common: the stay, else the day."""
    return str(first(one.json, "encounter.reference") or first(one.json, "authoredOn") or "")[:64]


def _prior(one: Stored) -> str:
    return str(first(one.json, "priorPrescription.reference") or "").removeprefix(f"{_TYPE}/")


def _earlier(records: Repository, patient: str, found: Iterable[Stored]) -> dict[str, Stored]:
    ids = sorted({name for one in found if (name := _prior(one))})
    if not ids:
        return {}
    wanted = Criteria(_TYPE, [patient], ids=ids, count=len(ids))
    return {one.id: one for one in records.search_any([wanted])[0]}


def _became(one: Stored, entry: Medicines, was: MedicationRequest | None) -> str:
    if first(one.json, "status") in _ENDED or first(one.json, "doNotPerform") is True:
        return STOPPED
    if was is not None:
        is_same = (was.heading(), was.doses()) == (entry.heading(), entry.doses())
        return SAME if is_same else CHANGED
    if first(one.json, "status") == "on-hold":
        return PAUSED
    return GIVEN if first(one.json, "category.coding.code") == _CATEGORY else NAMED


def _medicine(entry: Medicines, was: MedicationRequest | None, became: str) -> Medicine:
    before = words.sentences(*was.doses()) if was else ""
    title = was.heading() if was and was.heading() != entry.heading() else ""
    now = words.sentences(*entry.doses())
    return Medicine(
        entry.heading(),
        address_of(entry.type, entry.id),
        "" if became in _OFF or entry.group() in NOT_NOW else now,
        words.sentences(title, before) if (title, before) != ("", now) else "",
        change_of(entry.resource)[1] or entry.say("statusReason") or entry.reason(),
        _else(entry, became),
    )


def _else(entry: Medicines, became: str) -> str:
    status = entry.status()
    is_off = status is not None and status.group in NOT_NOW
    is_on = status is not None and status.group == TAKING
    return status.word if status and (is_on if became in _OFF else is_off) else ""

"""What changed in somebody's medicines when they last left hospital, as far as it was sent.

Said of prescriptions of the category "discharge" alone. One that names the prescription it takes
the place of is a change, or none; one without is neither called new nor old.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from fhir.paths import first
from fhir.search.values import token_hash
from fhir.store import Criteria, Repository, Stored
from portal.record import words
from portal.record.entry import present
from portal.record.medicationrequest import MedicationRequest
from portal.record.naming import names_of
from portal.record.sections import address_of, may_hold

CHANGED: Final = "Changed"
STOPPED: Final = "Stopped"
SAME: Final = "No change"
GIVEN: Final = "Given to you to take home"
ORDER: Final = (CHANGED, STOPPED, GIVEN, SAME)
_TYPE: Final = "MedicationRequest"
_DISCHARGE: Final = ("category", [token_hash(None, "discharge")])
_ENDED: Final = frozenset({"stopped", "cancelled"})
MOST: Final = 50


@dataclass(frozen=True, slots=True)
class Medicine:
    """One medicine, and what became of it; `was` and `now` are how it is taken."""

    title: str
    address: str
    now: str
    was: str
    reason: str


@dataclass(frozen=True, slots=True)
class Discharge:
    """What was prescribed at the end of one stay, by what became of it."""

    when: str
    groups: list[tuple[str, list[Medicine]]]


def last_discharge(records: Repository, patient: str) -> Discharge | None:
    """Return what the newest discharge changed, or None where nothing says so."""
    if not may_hold(records.viewer, _TYPE):
        return None
    found, _ = records.search_any([Criteria(_TYPE, [patient], tokens=[_DISCHARGE], count=MOST)])
    together = [one for one in found if _stay(one) == _stay(found[0])]
    if not together:
        return None
    earlier = _earlier(records, patient, together)
    names = names_of(records, [*together, *earlier.values()])
    groups: dict[str, list[Medicine]] = {name: [] for name in ORDER}
    for one in together:
        entry = MedicationRequest(one, names)
        before = earlier.get(_prior(one))
        was = MedicationRequest(before, names) if before else None
        groups[_became(one, entry, was)].append(_medicine(one, entry, was))
    when = present(together[0]).when()
    return Discharge(when, [(name, rows) for name, rows in groups.items() if rows])


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


def _became(one: Stored, entry: MedicationRequest, was: MedicationRequest | None) -> str:
    if first(one.json, "status") in _ENDED or first(one.json, "doNotPerform") is True:
        return STOPPED
    if was is None:
        return GIVEN
    return SAME if (was.heading(), was.doses()) == (entry.heading(), entry.doses()) else CHANGED


def _medicine(one: Stored, entry: MedicationRequest, was: MedicationRequest | None) -> Medicine:
    before = words.sentences(*was.doses()) if was else ""
    now = words.sentences(*entry.doses())
    title = was.heading() if was and was.heading() != entry.heading() else ""
    return Medicine(
        entry.heading(),
        address_of(_TYPE, one.id),
        now,
        words.sentences(title, before) if (title, before) != ("", now) else "",
        entry.say("statusReason") or entry.reason(),
    )

"""What the record says of a person that a booking goes by: who interprets, how to ring them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fhir.paths import Json, find, first
from fhir.store import Criteria, Repository
from portal.appointments import said
from portal.identity.middleware import IdentifiedRequest
from portal.record import words
from portal.record.entry import present
from portal.record.sections import may_hold

_INTERPRETER: Final = "patient-interpreterRequired"
_MOST_NEEDS: Final = 20
_MOBILE: Final = "mobile"
_PHONES: Final = frozenset({"phone", "sms"})


@dataclass(frozen=True, slots=True)
class Known:
    """Empty is what the record does not say, or what the viewer may not know."""

    language: str = ""  # a code; only of whoever needs an interpreter
    phone: str = ""


def known(request: IdentifiedRequest) -> Known:
    """Return what booking takes from the person's own details."""
    return known_of(request.records, request.patient)


def known_of(records: Repository, patient: str) -> Known:
    if not may_hold(records.viewer, "Patient"):
        return Known()
    found, _ = records.search(Criteria("Patient", [patient], count=1))
    resource = found[0].json if found else {}
    return Known(language_needed(resource), phone(resource))


def needs(request: IdentifiedRequest) -> list[str]:
    """Return what staff are to do for this person, in words, so far as the viewer may know."""
    return needs_of(request.records, request.patient)


def needs_of(records: Repository, patient: str) -> list[str]:
    if not may_hold(records.viewer, "Flag"):
        return []
    return flags(records, [patient]).get(patient, [])


def flags(records: Repository, patients: Sequence[str]) -> dict[str, list[str]]:
    """Return what staff are to do for each of these people, in words: one query for all."""
    most = _MOST_NEEDS * len(patients)
    wanted = Criteria("Flag", list(patients), statuses=["active"], count=most)
    found: dict[str, list[str]] = {}
    for one in records.search(wanted)[0] if patients else ():
        found.setdefault(one.patient, []).append(present(one).heading())
    return found


def needs_among(patient: Json, flagged: Sequence[str]) -> tuple[str, ...]:
    """Return what staff are to know of somebody, each once: an interpreter, and their flags."""
    language = language_needed(patient)
    interpreter = [f"{said.language(language)} interpreter"] if language else []
    return tuple(dict.fromkeys([*interpreter, *flagged]))


def language_needed(patient: Json) -> str:
    """Return the code of the language of whoever needs an interpreter."""
    return _language(patient) if _needs_interpreter(patient) else ""


def phone(patient: Json) -> str:
    """Return the number to ring first: of a mobile telephone, else any that is not an old one."""
    numbers = [
        one
        for one in find(patient, "telecom")
        if isinstance(one, dict) and one.get("system") in _PHONES and one.get("use") != "old"
    ]
    numbers.sort(key=lambda one: one.get("use") != _MOBILE)
    return next((words.plain(one.get("value") or "") for one in numbers), "")


def _needs_interpreter(patient: Json) -> bool:
    return any(
        str(one.get("url") or "").endswith(_INTERPRETER) and one.get("valueBoolean") is True
        for one in find(patient, "extension")
        if isinstance(one, dict)
    )


def _language(patient: Json) -> str:
    spoken = [one for one in find(patient, "communication") if isinstance(one, dict)]
    chosen = next((one for one in spoken if one.get("preferred") is True), next(iter(spoken), {}))
    code = str(first(chosen, "language.coding.code") or "")
    return code.lower().partition("-")[0]

"""What the record says of a person that a booking goes by: who interprets, how to ring them.

What they need is said by the hospital's systems and by themselves: neither hides the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fhir.access import Viewer
from fhir.paths import Json, find, first
from fhir.store import Criteria, Repository
from portal.identity.middleware import IdentifiedRequest
from portal.needs import kinds
from portal.needs.flags import ACTIVE, Need, in_order, interpreter, need_of
from portal.record import values, words
from portal.record.sections import may_hold

_INTERPRETER: Final = "patient-interpreterRequired"
_MOST_NEEDS: Final = 40
_MOBILE: Final = "mobile"
_PHONES: Final = frozenset({"phone", "sms"})


@dataclass(frozen=True, slots=True)
class Known:
    """Empty is what the record does not say, or what the viewer may not know."""

    phone: str = ""
    registered: Need | None = None  # an interpreter, by the hospital's own details of the person
    flagged: tuple[Need, ...] = ()

    @property
    def language(self) -> str:
        """The code of the interpreter's language."""
        return self._interpreter.language if self._interpreter else ""

    @property
    def spoken(self) -> str:
        """The interpreter's language in words, of one without a code too."""
        return self._interpreter.spoken if self._interpreter else ""

    @property
    def needs(self) -> list[str]:
        """What staff are to do beside the interpreter whose language is `spoken`."""
        others = [one.words for one in self.flagged if not one.is_interpreter]
        if self.registered is None or self.registered.spoken == self.spoken != "":
            return others
        return [f"{self.registered.words} (as the hospital has noted)", *others]

    @property
    def everything(self) -> list[str]:
        return [f"{self.spoken} interpreter", *self.needs] if self.spoken else self.needs

    @property
    def noted(self) -> list[str]:
        """What the hospital's systems say, whoever else says so too."""
        registered = [self.registered.words] if self.registered else []
        flagged = (one.words for one in self.flagged if not one.key)
        return list(dict.fromkeys([*registered, *flagged]))

    @property
    def wants_longer(self) -> bool:
        return any(one.key == kinds.LONGER for one in self.flagged)

    @property
    def _interpreter(self) -> Need | None:
        """Who interprets: as they say themselves, else as is registered."""
        return next((one for one in self.flagged if one.is_interpreter), self.registered)


def known(request: IdentifiedRequest) -> Known:
    """Return what booking takes from the record of the person in view."""
    return known_of(request.records, request.patient)


def known_of(records: Repository, patient: str) -> Known:
    """Return it in one query."""
    wanted = _wanted(records.viewer, patient)
    found = records.search_any(wanted)[0] if wanted else []
    resource = next((one.json for one in found if one.resource_type == "Patient"), {})
    flagged = in_order(need_of(one) for one in found if one.resource_type == "Flag")
    return Known(phone(resource), registered(resource), tuple(flagged))


def _wanted(viewer: Viewer, patient: str) -> list[Criteria]:
    asked = [
        Criteria("Patient", [patient], count=_MOST_NEEDS),
        Criteria("Flag", [patient], statuses=[ACTIVE], count=_MOST_NEEDS, rank=1),
    ]
    return [one for one in asked if may_hold(viewer, one.resource_type)]


def flags(records: Repository, patients: Sequence[str]) -> dict[str, list[Need]]:
    """Return what staff are to do for each of these people: one query for all."""
    most = _MOST_NEEDS * len(patients)
    wanted = Criteria("Flag", list(patients), statuses=[ACTIVE], count=most)
    found: dict[str, list[Need]] = {}
    for one in records.search(wanted)[0] if patients else ():
        found.setdefault(one.patient, []).append(need_of(one))
    return found


def needs_among(patient: Json, flagged: Sequence[Need]) -> tuple[str, ...]:
    """Return what staff are to know of somebody, each once: an interpreter, and their flags."""
    noted = registered(patient)
    own = [noted.words] if noted else []
    others = (_to_staff(one, noted) for one in in_order(flagged))
    return tuple(dict.fromkeys([*own, *others]))


def languages_among(patient: Json, flagged: Sequence[Need]) -> set[str]:
    """Return the codes of all languages that must be interpreted; of one that has none, ""."""
    noted = registered(patient)
    stated = {one.language for one in flagged if one.is_interpreter}
    return stated or ({noted.language} if noted else set())


def registered(patient: Json) -> Need | None:
    """Return the interpreter that a hospital system has written down for somebody."""
    return interpreter(*_language(patient)) if _needs_interpreter(patient) else None


def phone(patient: Json) -> str:
    """Return the number to ring first: of a mobile telephone, else any that is not an old one."""
    numbers = [
        one
        for one in find(patient, "telecom")
        if isinstance(one, dict) and one.get("system") in _PHONES and one.get("use") != "old"
    ]
    numbers.sort(key=lambda one: one.get("use") != _MOBILE)
    return next((words.plain(one.get("value") or "") for one in numbers), "")


def _to_staff(need: Need, noted: Need | None) -> str:
    """Mark a patient's own words, and an interpreter for another language than is registered."""
    if need.key == kinds.WORDS:
        return f"“{need.words}”"
    is_other = need.is_interpreter and noted and need.words != noted.words
    return f"{need.words} (the patient says)" if is_other else need.words


def _needs_interpreter(patient: Json) -> bool:
    return any(
        str(one.get("url") or "").endswith(_INTERPRETER) and one.get("valueBoolean") is True
        for one in find(patient, "extension")
        if isinstance(one, dict)
    )


def _language(patient: Json) -> tuple[str, str]:
    """Return the language that somebody prefers: its code, and what it is called."""
    spoken = [one for one in find(patient, "communication") if isinstance(one, dict)]
    chosen = next((one for one in spoken if one.get("preferred") is True), next(iter(spoken), {}))
    code = str(first(chosen, "language.coding.code") or "")
    return code.lower().partition("-")[0], words.plain(values.said(first(chosen, "language")))

"""What is held of a person that an offer goes by, or that a review of fairness asks."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from fhir.paths import Json, find, first
from portal.offers import rules

_DEPRIVATION: Final = "deprivation-decile"


@dataclass(frozen=True, slots=True)
class Known:
    """Empty is what the record does not say."""

    age_band: str = ""
    language: str = ""
    deprivation: str = ""
    has_died: bool = False


def known(patient: Json, today: date) -> Known:
    return Known(
        age_band=_age_band(str(patient.get("birthDate") or ""), today),
        language=_language(patient),
        deprivation=str(next(_values(patient, _DEPRIVATION), "")),
        has_died=bool(patient.get("deceasedDateTime") or patient.get("deceasedBoolean")),
    )


def _age_band(born: str, today: date) -> str:
    try:
        return rules.age_band(date.fromisoformat(born), today)
    except ValueError:
        return ""


def _language(patient: Json) -> str:
    spoken = [one for one in find(patient, "communication") if isinstance(one, dict)]
    chosen = next((one for one in spoken if one.get("preferred") is True), next(iter(spoken), {}))
    return str(first(chosen, "language.coding.code") or "").lower().partition("-")[0]


def _values(patient: Json, name: str) -> Iterator[bool | int | str]:
    """Give what extensions of this name hold."""
    for one in find(patient, "extension"):
        if isinstance(one, dict) and str(one.get("url") or "").endswith(name):
            held = (value for key, value in one.items() if key.startswith("value"))
            yield from (value for value in held if isinstance(value, bool | int | str))

"""How a medicine is to be taken: the prescriber's own words, else what the parts of a dose say."""

from collections.abc import Iterator, Mapping
from typing import Any

from fhir.paths import Json, first
from portal.record import values, words

_AMOUNTS = ("doseAndRate.doseQuantity", "doseAndRate.doseRange", "doseQuantity", "doseRange")
_RATES = (
    "doseAndRate.rateRatio", "doseAndRate.rateRange", "doseAndRate.rateQuantity", "rateRatio",
    "rateQuantity",
)  # fmt: skip

_WAYS = {
    "oral": "by mouth", "intravenous": "into a vein", "subcutaneous": "under the skin",
    "intramuscular": "into a muscle", "inhalation": "breathed in", "respiratory tract":
    "breathed in", "sublingual": "under the tongue", "topical": "on the skin",
    "cutaneous": "on the skin", "rectal": "into the bottom", "nasal": "into the nose",
    "ophthalmic": "into the eye", "ocular": "into the eye", "otic": "into the ear",
    "vaginal": "into the vagina", "transdermal": "through the skin",
}  # fmt: skip


def doses(instructions: list[Any], names: Mapping[str, str]) -> list[str]:
    """Return each step of a dosage as a sentence, in its order."""
    steps = [one for one in instructions if isinstance(one, dict)]
    if all(isinstance(one.get("sequence"), int) for one in steps):
        steps.sort(key=lambda one: int(one["sequence"]))
    return list(dict.fromkeys(filter(None, (dose(one, names) for one in steps))))


def dose(instruction: Json, names: Mapping[str, str]) -> str:
    """Return one step.

    >>> dose({"doseAndRate": [{"doseQuantity": {"value": 2, "unit": "tablets"}}],
    ...       "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}}, {})
    '2 tablets, once a day'
    """
    if text := words.plain(instruction.get("text") or ""):
        return text
    return words.capital(", ".join(dict.fromkeys(filter(None, _parts(instruction, names)))))


def _parts(instruction: Json, names: Mapping[str, str]) -> Iterator[str]:
    def at(*paths: str) -> str:
        # Of several amounts the first is the one that was ordered.
        found = (values.said(first(instruction, path), names) for path in paths)
        return next(filter(None, found), "")

    yield " ".join(filter(None, [at("method"), at(*_AMOUNTS)]))
    yield at(*_RATES)
    yield at("timing")
    yield _when_needed(instruction, at("asNeededCodeableConcept"))
    if route := at("route"):
        yield _way(route)
    if site := at("site"):
        yield f"at: {site.lower()}"
    yield values.said(instruction.get("additionalInstruction"), names)
    yield at("patientInstruction")
    if most := at("maxDosePerPeriod", "maxDosePerAdministration", "maxDosePerLifetime"):
        yield f"no more than {most}"


def _way(route: str) -> str:
    """Return how a medicine gets in.

    >>> _way("Oral route"), _way("By mouth"), _way("Epidural route")
    ('by mouth', 'by mouth', 'epidural route')
    """
    name = route.lower()
    return _WAYS.get(name.removesuffix(" route").removesuffix(" use"), name)


def _when_needed(instruction: Json, what_for: str) -> str:
    if what_for:
        return f"when needed for {what_for.lower()}"
    return "when needed" if instruction.get("asNeededBoolean") is True else ""

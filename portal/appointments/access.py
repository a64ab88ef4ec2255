"""What a place has for those who need it: kept on its Location, said to patients in words.

R4 has no element for it. What nobody has said of a place is not known, and is not said.
"""

from collections.abc import Mapping
from typing import Final

from fhir.paths import Json, find

ACCESS: Final = "urn:daybook:extension:access"
FACTS: Final = {
    "step-free": "Step-free way in",
    "wheelchair": "Room for a wheelchair",
    "toilet": "Accessible toilet",
    "parking": "Car park",
    "disabled-parking": "Disabled parking",
    "induction-loop": "Induction loop",
    "sign-language": "Sign language",
    "text-relay": "Text relay at the desk",
    "braille": "Braille",
}


def facts_of(place: Json) -> dict[str, bool]:
    """Return what is known of a place, in a settled order."""
    known = dict(filter(None, map(_fact, find(place, "extension"))))
    return {fact: known[fact] for fact in FACTS if fact in known}


def in_words(place: Json) -> list[tuple[str, bool]]:
    return [(FACTS[fact], has) for fact, has in facts_of(place).items()]


def with_facts(place: Json, facts: Mapping[str, bool]) -> Json:
    """Return a place of which these things are known, and nothing else."""
    kept = [one for one in place.get("extension", ()) if one.get("url") != ACCESS]
    said = [_extension(fact, has) for fact, has in facts.items()]
    without = {name: value for name, value in place.items() if name != "extension"}
    return without | ({"extension": [*kept, *said]} if kept or said else {})


def _extension(fact: str, has: bool) -> Json:  # noqa: FBT001 (what is known of the fact)
    parts = [{"url": "fact", "valueCode": fact}, {"url": "has", "valueBoolean": has}]
    return {"url": ACCESS, "extension": parts}


def _fact(extension: object) -> tuple[str, bool] | None:
    if not isinstance(extension, dict) or extension.get("url") != ACCESS:
        return None
    parts = {one.get("url"): one for one in extension.get("extension", ())}
    fact, has = parts.get("fact", {}).get("valueCode"), parts.get("has", {}).get("valueBoolean")
    return (fact, has) if fact in FACTS and isinstance(has, bool) else None

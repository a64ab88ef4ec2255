"""What people say that they need, in FHIR: a Flag for each need, beside those of the hospital.

Not an element of the Patient: that is what a hospital system says of them, its next message writes
over it, and a helper does not see it. A Flag of the national category is what every list of staff
reads already, and what the hospital's own systems can ask for.
"""

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Final

from fhir.access import Kind, Viewer
from fhir.paths import Json, find, first
from fhir.store import Criteria, Repository, Stored
from portal.appointments import said
from portal.needs import kinds
from portal.record import words
from portal.record.entry import present

ACTIVE, INACTIVE = "active", "inactive"
# R4 has no place for it.
REVIEWED: Final = "urn:daybook:extension:last-reviewed"
_NAMED: Final = "urn:daybook:need"
_NAMESPACE: Final = uuid.uuid5(uuid.NAMESPACE_URL, _NAMED)
_LANGUAGES: Final = "urn:ietf:bcp:47"
_NATIONAL: Final = {
    "system": "https://fhir.nhs.uk/England/CodeSystem/England-FlagCategoryPatient",
    "code": "national-reasonable-adjustment-flag",
    "display": "National Reasonable Adjustments Flag",
}
_ADJUSTMENT: Final = "https://fhir.nhs.uk/England/CodeSystem/England-FlagCategoryRA"
# Of an interpreter for a language that has no code here.
_OTHER: Final = "Interpreter: "
_UNSAID: Final = "Interpreter, for a language that is not written down"


@dataclass(frozen=True, slots=True)
class Need:
    """What staff are to do for somebody; without a key it is not they who have told us."""

    words: str
    key: str = ""
    language: str = ""  # the code of an interpreter's
    reviewed_on: date | None = None

    @property
    def is_interpreter(self) -> bool:
        return self.key == kinds.INTERPRETER

    @property
    def spoken(self) -> str:
        """The language of an interpreter's in words, if it is written down."""
        if self.language:
            return said.language(self.language)
        return self.words.removeprefix(_OTHER) if self.words.startswith(_OTHER) else ""


@dataclass(frozen=True, slots=True)
class Needs:
    """What somebody says; `other` is an interpreter's language that has no code here."""

    ticked: frozenset[str] = frozenset()
    language: str = ""
    other: str = ""
    words: str = ""

    def each(self) -> Iterator[Need]:
        if self.language or self.other:
            yield interpreter(self.language, self.other, kinds.INTERPRETER)
        for key in kinds.BY_KEY:
            if key in self.ticked:
                yield Need(kinds.BY_KEY[key].said, key)
        if self.words:
            yield Need(self.words, kinds.WORDS)


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody has told us by now; of what they have taken back, that they had."""

    flags: Mapping[str, Stored] = field(default_factory=dict)

    @property
    def standing(self) -> dict[str, Stored]:
        return {key: one for key, one in self.flags.items() if _status(one.json) == ACTIVE}

    @property
    def needs(self) -> Needs:
        found = {key: one.json for key, one in self.standing.items()}
        interpreter = found.get(kinds.INTERPRETER, {})
        language = language_of(interpreter)
        return Needs(
            frozenset(found) & kinds.BY_KEY.keys(),
            language,
            "" if language else _text(interpreter).removeprefix(_OTHER),
            _text(found.get(kinds.WORDS, {})),
        )

    @property
    def stamp(self) -> str:
        return stamp(map(need_of, self.standing.values()))


def interpreter(language: str, other: str, key: str = "") -> Need:
    """Return the need of who interprets a language: by its code, else in words, else unsaid."""
    if language:
        return Need(f"{said.language(language)} interpreter", key, language)
    return Need(f"{_OTHER}{other}" if other else _UNSAID, key)


def told_of(records: Repository, patient: str) -> Told:
    """Return what this patient, or whoever helps them, has told us: one query."""
    found, _ = records.search(_wanted(patient))
    return Told({key: one for one in found if (key := key_of(one))})


def standing_of(records: Repository, patient: str) -> list[Need]:
    """Return what of it holds, in order."""
    wanted = _wanted(patient, statuses=[ACTIVE])
    return in_order(need_of(one) for one in records.search(wanted)[0])


def need_of(stored: Stored) -> Need:
    """Return what a Flag says, whoever has written it."""
    flag, key = stored.json, key_of(stored)
    if not key:
        return Need(present(stored).heading())
    language = language_of(flag) if key == kinds.INTERPRETER else ""
    return Need(words.plain(_text(flag)), key, language, _reviewed_on(flag))


def in_order(needs: Iterable[Need]) -> list[Need]:
    """Return needs as lists have them: who interprets first, own words last."""
    return sorted(needs, key=lambda one: kinds.ORDER.index(one.key))


def key_of(stored: Stored) -> str:
    """Return which need a Flag is that we keep ourselves, or nothing.

    It is told by its id: what a hospital system sends has one of the system's own.
    """
    named = str(first(stored.json, "identifier.value") or "")
    return named if named in kinds.KEYS and stored.id == id_of(stored.patient, named) else ""


def id_of(patient: str, key: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, f"{patient} {key}"))


def language_of(flag: Json) -> str:
    code = first(flag, "code.coding")
    is_language = isinstance(code, dict) and code.get("system") == _LANGUAGES
    return str(code.get("code") or "") if is_language else ""


def reviewed_on(needs: Iterable[Need]) -> date | None:
    """Return since when nobody has said of one of these that it holds."""
    return min((one.reviewed_on for one in needs if one.reviewed_on), default=None)


def stamp(needs: Iterable[Need]) -> str:
    """Return what stands for these needs on a page, so that nobody overwrites others unseen."""
    lines = sorted(f"{one.key} {one.words}" for one in needs if one.key)
    return sha256("\n".join(lines).encode()).hexdigest()[:16]


def flag(need: Need, patient: str, by: Viewer, today: date) -> Json:
    """Return what is kept of a need.

    A helper is its author by name alone: R4 lets no RelatedPerson be one.
    """
    category = kinds.category_of(need.key, need.language)
    adjustment = {"system": _ADJUSTMENT, "code": category, "display": kinds.DISPLAYS[category]}
    code: Json = {"text": need.words}
    if need.language:
        named = {"code": need.language, "display": said.language(need.language)}
        code["coding"] = [{"system": _LANGUAGES, **named}]
    author: Json = {"display": by.name}
    if by.kind == Kind.PATIENT:
        author["reference"] = by.who
    return reviewed(
        {
            "resourceType": "Flag",
            "id": id_of(patient, need.key),
            "identifier": [{"system": _NAMED, "value": need.key}],
            "status": ACTIVE,
            "category": [{"coding": [_NATIONAL]}, {"coding": [adjustment]}],
            "code": code,
            "subject": {"reference": f"Patient/{patient}"},
            "period": {"start": today.isoformat()},
            "author": author,
        },
        today,
    )


def reviewed(flag: Json, today: date) -> Json:
    """Return a Flag of which somebody has said today that it holds."""
    return flag | {"extension": [{"url": REVIEWED, "valueDate": today.isoformat()}]}


def taken_back(flag: Json, today: date) -> Json:
    """Return a Flag that holds no more; it is kept, with how long it held."""
    period = {**flag.get("period", {}), "end": today.isoformat()}
    return flag | {"status": INACTIVE, "period": period}


def is_same(flag: Json, other: Json) -> bool:
    """Whether two Flags say the same; who said it and when apart."""
    return all(flag.get(name) == other.get(name) for name in ("status", "category", "code"))


def _wanted(patient: str, statuses: Sequence[str] | None = None) -> Criteria:
    ids = [id_of(patient, key) for key in kinds.KEYS]
    return Criteria("Flag", [patient], ids=ids, statuses=statuses, count=len(ids))


def _reviewed_on(flag: Json) -> date | None:
    days = [one for one in find(flag, "extension") if one.get("url") == REVIEWED]
    try:
        return date.fromisoformat(str(days[0]["valueDate"])) if days else None
    except (KeyError, ValueError):
        return None


def _status(flag: Json) -> str:
    return str(flag.get("status") or "")


def _text(flag: Json) -> str:
    return str(first(flag, "code.text") or "")

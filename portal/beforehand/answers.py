"""What somebody says before a visit, in FHIR: a QuestionnaireResponse for a booking and its moves.

Not an element of the Appointment: that is a hospital system's to write over, and is seen by those
with whom medicines are not shared.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeAlias

from fhir.access import Viewer
from fhir.paths import Json, first
from fhir.store import Criteria, Repository, Stored
from portal.appointments.models import Claim
from portal.record.dates import instant

Said: TypeAlias = str | bool | None

TITLE: Final = "Before your visit"
_NAMED: Final = "urn:daybook:before-visit"
_NAMESPACE: Final = uuid.uuid5(uuid.NAMESPACE_URL, _NAMED)
_DISPLAY: Final = "http://hl7.org/fhir/StructureDefinition/display"
_PHONE, _NEEDS, _RIGHT, _MEDICINES = "phone", "needs", "medicines-right", "medicines"
_QUESTIONS: Final = {
    _PHONE: "Phone number for this visit",
    _NEEDS: "What we should have ready for you",
    _RIGHT: "Is the list of your medicines right?",
    _MEDICINES: "What is different about your medicines",
}


@dataclass(frozen=True, slots=True)
class Answers:
    """Empty is what was not said; of the medicines None, where they could not be shown."""

    phone: str = ""
    needs: str = ""
    is_list_right: bool | None = None
    medicines: str = ""

    def with_medicines_of(self, other: "Answers") -> "Answers":
        return replace(self, is_list_right=other.is_list_right, medicines=other.medicines)


@dataclass(frozen=True, slots=True)
class Told:
    """What was said last, and when."""

    answers: Answers
    at: datetime | None
    version: int


def id_of(series: uuid.UUID) -> str:
    """Return the id under which it is kept what was said of a booking, wherever that has moved."""
    return str(uuid.uuid5(_NAMESPACE, str(series)))


def told_of(records: Repository, series: Collection[uuid.UUID]) -> dict[uuid.UUID, Told]:
    """Return what was said of these bookings, as far as the viewer may see it: one query."""
    if not series:
        return {}
    by_id = {id_of(one): one for one in series}
    wanted = Criteria("QuestionnaireResponse", ids=sorted(by_id), count=len(by_id))
    return {by_id[one.id]: _told(one) for one in records.search(wanted)[0]}


def response(answers: Answers, booking: Claim, security: object, by: Viewer) -> Json:
    """Return what is kept of the answers; what a helper says is said for the patient."""
    patient = {"reference": f"Patient/{booking.patient}"}
    made: Json = {
        "resourceType": "QuestionnaireResponse",
        "id": id_of(booking.series),
        "identifier": {"system": _NAMED, "value": str(booking.series)},
        "questionnaire": _NAMED,
        "_questionnaire": {"extension": [{"url": _DISPLAY, "valueString": TITLE}]},
        "subject": patient,
        "author": {"reference": by.who, "display": by.name},
        "source": patient,
        "item": [_item(name, value) for name, value in _values(answers) if value not in {"", None}],
    }
    return made | ({"meta": {"security": security}} if security else {})


def _told(stored: Stored) -> Told:
    items = {one.get("linkId"): one for one in stored.json.get("item", ())}

    def text(name: str) -> str:
        return str(first(items.get(name, {}), "answer.valueString") or "")

    right = first(items.get(_RIGHT, {}), "answer.valueBoolean")
    said = Answers(
        text(_PHONE), text(_NEEDS), right if isinstance(right, bool) else None, text(_MEDICINES)
    )
    return Told(said, instant(str(stored.json.get("authored") or "")), stored.version)


def _values(answers: Answers) -> list[tuple[str, Said]]:
    return [
        (_PHONE, answers.phone),
        (_NEEDS, answers.needs),
        (_RIGHT, answers.is_list_right),
        (_MEDICINES, answers.medicines),
    ]


def _item(name: str, value: Said) -> Json:
    kind = "valueBoolean" if isinstance(value, bool) else "valueString"
    return {"linkId": name, "text": _QUESTIONS[name], "answer": [{kind: value}]}

"""What a patient asked, in FHIR: a ServiceRequest with intent `proposal`, based on the plan.

Its first note is what they said, those after it what they were answered; the warning signs that
they have are its reasons.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fhir.paths import Json, find, first
from fhir.store import Stored
from portal.appointments.resources import CONTACT
from portal.pifu.resources import ASKED, INTENTS, Plan, category, is_one, title_of

# What may write notes under its own reference; who has none in FHIR is named in words.
_AUTHORS: Final = ("Patient/", "Practitioner/", "RelatedPerson/")


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody as FHIR names them; without a reference of FHIR's, by name alone."""

    reference: str
    name: str


@dataclass(frozen=True, slots=True)
class Said:
    """What a patient says: how things are, which warning signs they have, where to ring them."""

    words: str
    signs: Sequence[str] = ()
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    by: str
    said: str
    at: str


@dataclass(frozen=True, slots=True)
class Asking:
    """What a patient asked, as it stands in the record, and what they were answered."""

    id: str
    title: str
    words: str
    signs: tuple[str, ...]
    phone: str
    sent_by: str
    answers: tuple[Note, ...]
    resource: Json


def asking(key: str, plan: Plan, by: Who, said: Said, now: datetime) -> Json:
    made: Json = {
        "resourceType": "ServiceRequest",
        "id": key,
        "status": "active",
        "intent": INTENTS[ASKED],
        "category": [category(ASKED)],
        "priority": "asap" if said.signs else "routine",
        "code": {"text": plan.terms.title},
        "subject": {"reference": f"Patient/{plan.patient}"},
        "basedOn": [{"reference": f"ServiceRequest/{plan.id}"}],
        "requester": {"reference": by.reference, "display": by.name},
        "authoredOn": now.isoformat(timespec="seconds"),
        "performer": plan.resource["performer"],
        "note": [note(by, said.words, now)],
    }
    if said.signs:
        made["reasonCode"] = [{"text": one} for one in said.signs]
    if said.phone:
        point = {"system": "phone", "value": said.phone, "use": "temp"}
        made["extension"] = [{"url": CONTACT, "valueContactPoint": point}]
    if plan.security:
        made["meta"] = {"security": list(plan.security)}
    return made


def asking_of(stored: Stored) -> Asking | None:
    resource = stored.json
    if not is_one(resource, ASKED):
        return None
    notes = list(_notes(resource))
    return Asking(
        id=stored.id,
        title=title_of(resource),
        words=notes[0].said if notes else "",
        signs=tuple(str(one) for one in find(resource, "reasonCode.text")),
        phone=str(first(resource, "extension.valueContactPoint.value") or ""),
        sent_by=str(first(resource, "requester.display") or ""),
        answers=tuple(notes[1:]),
        resource=resource,
    )


def settled(asked: Asking, status: str, answer: Json | None = None) -> Json:
    """Return what was asked as it stands after an answer."""
    made = asked.resource | {"status": status}
    return made | {"note": [*asked.resource["note"], answer]} if answer else made


def note(by: Who, words: str, now: datetime) -> Json:
    author: Json = {"authorString": by.name}
    if by.reference.startswith(_AUTHORS):
        author = {"authorReference": {"reference": by.reference, "display": by.name}}
    return author | {"time": now.isoformat(timespec="seconds"), "text": words}


def _notes(resource: Json) -> Iterator[Note]:
    for one in resource.get("note", ()):
        by = one.get("authorString") or one.get("authorReference", {}).get("display", "")
        yield Note(str(by), str(one.get("text", "")), str(one.get("time", "")))

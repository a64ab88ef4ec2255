"""ADT: who the person is (A28, A31), and their stay or visit (A01, A04, A05, A08)."""

from typing import Final

from fhir.hl7 import confidential, tables
from fhir.hl7.datatypes import cleaned, cwe, period, typed
from fhir.hl7.feeds import FeedSettings
from fhir.hl7.mapping import Here, Making, Mapped, Resource, bundle_of
from fhir.hl7.message import Message
from fhir.hl7.outline import outlined
from fhir.hl7.parties import pl
from fhir.hl7.people import (
    PATIENT,
    key_of_person,
    only_person,
    person_of,
    practitioner,
    trust,
)
from fhir.hl7.rules import At, To, made
from fhir.paths import Json

_VISITS: Final = frozenset({("ADT", event) for event in ("A01", "A04", "A05", "A08")})
KINDS: Final = _VISITS | {("ADT", "A28"), ("ADT", "A31")}
# A08 and A31 are news of somebody known (decisions 30).
INTRODUCES: Final = KINDS - {("ADT", "A08"), ("ADT", "A31")}

_V3: Final = "http://terminology.hl7.org/CodeSystem/v3-"
_DEPTHS: Final = {"PID": 1}
_PEOPLE: Final = (("PV1-7", "ATND"), ("PV1-8", "REF"), ("PV1-9", "CON"), ("PV1-17", "ADM"))


def mapped(message: Message, feed: FeedSettings) -> Mapped:
    root = outlined(message, _DEPTHS)
    making = Making(feed, message.kind[1])
    here = Here(only_person(root), making)
    resources = [PATIENT, ENCOUNTER] if message.kind in _VISITS else [PATIENT]
    bundle = bundle_of(root, resources, making)
    known_as = making.url("Patient", key_of_person(here))
    return Mapped(bundle, person_of(here), known_as, making.removed, tuple(making.warnings))


def _visit(here: Here) -> str:
    """Return the visit number, or what else tells one visit from another, or ""."""
    number = here.text("PV1-19") or here.text("PV1-50")
    if number:
        return number
    began = here.text("PV1-44")
    return f"{key_of_person(here)}@{began}" if began else ""


def _identifier(here: Here) -> list[Json]:
    number = cleaned(here.text("PV1-19") or here.text("PV1-50"))
    found = typed("VN", "Visit number", here.feed.local("visit"), number)
    return [found] if found else []


def _status(here: Here) -> str:
    """Return where the visit stands. For A08 it is a guess, which gives way to what was known."""
    if here.text("PV1-45"):
        return "finished"
    code = here.text("PV1-2").upper()
    if here.making.event == "A04" and code == "E":
        return "in-progress"
    said = tables.ENCOUNTER_STATUS.get(here.making.event)
    return said or tables.CLASS_STATUS.get(code, "unknown")


def _class(here: Here) -> Json:
    code = here.text("PV1-2").upper()
    if known := tables.ENCOUNTER_CLASS.get(code):
        return {"system": f"{_V3}ActCode", "code": known[0], "display": known[1]}
    display = tables.OTHER_CLASS.get(code)
    if display:
        system = "http://terminology.hl7.org/CodeSystem/v2-0004"
        return {"system": system, "code": code, "display": display}
    return {"system": f"{_V3}NullFlavor", "code": "UNK", "display": "unknown"}


def _participants(here: Here) -> list[Json]:
    found = []
    for place, role in _PEOPLE:
        said = here.field(place)
        for one in said.repetitions if said else ():
            if individual := practitioner(one, here):
                coding = {"system": f"{_V3}ParticipationType", "code": role}
                found.append({"type": [{"coding": [coding]}], "individual": individual})
    return found


def _period(here: Here) -> Json | None:
    return period(here.text("PV1-44"), here.text("PV1-45"), "PV1-44")


def _location(here: Here) -> list[Json]:
    said = here.first("PV1-3")
    where = pl(said, here.feed) if said else None
    if not where:
        return []
    planned = here.text("PV1-2").upper() == "P"
    return [{"location": {"display": where}, "status": "planned" if planned else "active"}]


ENCOUNTER: Final = Resource(
    "Encounter",
    per="PV1",
    key=_visit,
    elements={
        "meta": {"security": made(confidential.of_visit, "PV1-16")},
        "identifier": made(_identifier, "PV1-19", "PV1-50"),
        "status": made(_status, "PV1-2", "PV1-45"),
        "class": made(_class, "PV1-2"),
        "type": [At("PV1-4", cwe)],
        "serviceType": At("PV1-10", cwe),
        "subject": To("Patient"),
        "participant": made(_participants, *(place for place, _ in _PEOPLE)),
        "period": made(_period, "PV1-44", "PV1-45"),
        "hospitalization": {
            "admitSource": At("PV1-14", cwe),
            "dischargeDisposition": At("PV1-36", cwe),
        },
        "location": made(_location, "PV1-3"),
        "serviceProvider": made(trust),
    },
)

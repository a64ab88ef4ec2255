"""A report, its order and its results: what their elements are, read from ORC, OBR, OBX and NTE."""

from collections.abc import Callable
from typing import Any, Final

from fhir.hl7 import documents, tables
from fhir.hl7.datatypes import cleaned, dtm, period, some, typed
from fhir.hl7.feeds import FeedSettings
from fhir.hl7.mapping import Here
from fhir.hl7.message import Repetition, Unreadable
from fhir.hl7.people import practitioner
from fhir.hl7.results import is_document
from fhir.hl7.rules import At, First
from fhir.hl7.values import reference_range, value_of
from fhir.paths import Json

_CATEGORIES: Final = "http://terminology.hl7.org/CodeSystem/observation-category"
_SECTIONS: Final = "http://terminology.hl7.org/CodeSystem/v2-0074"
_WRONG_PATIENT: Final = "W"
_IN_ERROR: Final = "entered-in-error"


def number_of(here: Here) -> str:
    """Return the number by which the sender knows the report."""
    filler = here.text("OBR-3") or here.text("ORC-3")
    placer = here.text("OBR-2") or here.text("ORC-2")
    if not (filler or placer):
        raise Unreadable(here.place("OBR-3"), "the report has no number of its own")
    number = cleaned(filler) or f"placer/{cleaned(placer)}"
    return f"{number}/{here.text('OBR-4')}" if here.feed.filler_is_shared else number


def _numbers_of(here: Here) -> str:
    """Return the system of report numbers: the filler's own, where it is named."""
    return here.feed.local("report", here.text("OBR-3", 2) or here.feed.name)


def report_key(here: Here) -> str:
    return f"{_numbers_of(here)}|{number_of(here)}"


def result_key(here: Here) -> str:
    return "" if is_document(here.group) else f"{report_key(here)}/{here.group.name}"


def report_identifier(here: Here) -> list[Json]:
    found = typed("FILL", "Filler Identifier", _numbers_of(here), number_of(here))
    return [found] if found else []


def result_identifier(here: Here) -> list[Json]:
    system, _, value = result_key(here).partition("|")
    return [{"system": system.replace(":report:", ":result:"), "value": value}]


def report_status(here: Here) -> str:
    code = here.text("OBR-25").upper()
    lines = [group.own("OBX")[0] for group in here.group.groups if group.own("OBX")]
    if lines and all(obx[11].text().upper() == _WRONG_PATIENT for obx in lines):
        return _IN_ERROR
    if tables.ORDER_STATUS.get(here.text("ORC-1").upper()) == "revoked":
        return "cancelled"
    if code and code not in tables.REPORT_STATUS:
        raise Unreadable(here.place("OBR-25"), "this is no status of a report")
    return tables.REPORT_STATUS.get(code, "unknown")


def result_status(here: Here) -> str:
    code = here.text("OBX-11").upper()
    if code and code not in tables.RESULT_STATUS:
        raise Unreadable(here.place("OBX-11"), "this is no status of a result")
    return tables.RESULT_STATUS.get(code, "unknown")


def order_status(here: Here) -> str:
    said = tables.ORDER_STATUS.get(here.text("ORC-1").upper())
    report = report_status(here)
    if said or report in {"cancelled", _IN_ERROR}:
        return said or {"cancelled": "revoked"}.get(report, report)
    return "completed" if report in {"final", "corrected"} else "active"


def unless_in_error(
    status: Callable[[Here], str], make_it: Callable[[Here], Any]
) -> Callable[[Here], Any]:
    """What is wrong or not this person's is not kept, not even in history."""
    return lambda here: None if status(here) == _IN_ERROR else make_it(here)


def value(here: Here) -> Json:
    return value_of(here.group.own("OBX"), here.feed)


def absent(here: Here) -> Json | None:
    """Return why there is no value, where the sender says it."""
    status, kind = here.text("OBX-11").upper(), here.text("OBX-2").upper()
    code = _ABSENT.get(status) or ("unsupported" if kind == "RP" else "")
    if not code or (status in _ABSENT and value(here)):
        return None
    system = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
    return {"coding": [{"system": system, "code": code}]}


_ABSENT: Final = {"N": "not-asked", "X": "not-performed"}


def notes(here: Here) -> list[Json]:
    text = comments(here)
    return [{"text": text}] if text else []


def comments(here: Here) -> str:
    """Return the NTE that follow, each occurrence a line."""
    lines = (cleaned(one.whole()) for nte in here.group.own("NTE") for one in nte[3].repetitions)
    return "\n".join(line for line in lines if line)


def ranges(here: Here) -> list[Json]:
    found = reference_range(here.group.own("OBX")[0], here.feed)
    return [found] if found else []


def _section(here: Here) -> str:
    return here.text("OBR-24").upper() or here.feed.section


def report_category(here: Here) -> list[Json]:
    code = _section(here)
    coding = some(system=_SECTIONS, code=code, display=tables.SECTIONS.get(code))
    return [{"coding": [coding]}]


def result_category(here: Here) -> list[Json]:
    code = "imaging" if _section(here) in tables.IMAGING else "laboratory"
    coding = {"system": _CATEGORIES, "code": code, "display": code.capitalize()}
    return [{"coding": [coding]}]


def effective(here: Here) -> Json:
    began, ended = here.text("OBR-7"), here.text("OBR-8")
    if ended and began and ended != began:
        return {"effectivePeriod": period(began, ended, here.place("OBR-7"))}
    found = First((At("OBR-7", dtm), At("OBR-8", dtm)))(here)
    return {"effectiveDateTime": found} if found else {}


def interpreters(here: Here) -> list[Json]:
    """Return the principal interpreter; older senders write the name without its own parts."""
    said = here.first("OBR-32")
    if not said:
        return []
    name = said.within(1)
    found = practitioner(name if name.text(2) else said, here)
    return [found] if found else []


def requester(here: Here) -> Json | None:
    for place in ("ORC-12", "OBR-16"):
        said = here.first(place)
        if said and (found := practitioner(said, here)):
            return found
    return None


def specimen(here: Here) -> list[Json]:
    """Return what was examined, in words."""
    found = [
        some(display=cleaned(spm[4].first.text(2)) or cleaned(spm[4].text()))
        for group in here.group.groups
        for spm in group.own("SPM")
    ]
    source = here.first("OBR-15")
    if not found and source:
        part = source.within(1)
        found = [some(display=cleaned(part.text(2)) or cleaned(part.text(1)))]
    return [one for one in found if one]


def attached(here: Here) -> list[Json]:
    groups = [group.own("OBX") for group in here.group.groups if is_document(group)]
    return documents.attachments(groups, here.feed)


def requisition(here: Here) -> Json | None:
    """Return the placer's number; it may stand for several tests asked for at once."""
    place = "OBR-2" if here.text("OBR-2") else "ORC-2"
    system = here.feed.local("order", here.text(place, 2))
    return typed("PLAC", "Placer Identifier", system, cleaned(here.text(place)))


def visit(here: Here) -> Json | None:
    """Return the stay or visit, named by its number: who made it known is another feed."""
    number = typed("VN", "Visit number", here.feed.local("visit"), cleaned(here.text("PV1-19")))
    return {"type": "Encounter", "identifier": number} if number else None


def priority(said: Repetition, _: FeedSettings) -> str | None:
    return tables.PRIORITY.get(said.text().upper())

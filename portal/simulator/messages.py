"""What the hospital's systems say in HL7 v2.4: people and visits (ADT), reports (ORU)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from portal.simulator import hospital
from portal.simulator.events import Code, History, Report, Result, Section, Visit
from portal.simulator.people import Person
from portal.simulator.segments import (
    message,
    nk1,
    pd1,
    pid,
    professional,
    said,
    segment,
    stamp,
    within,
    zpi,
)

_CLASSES: Final = {"outpatient": "O", "stay": "I", "emergency": "E"}


def registered(person: Person, at: datetime) -> bytes:
    """A28: the person is made known."""
    return _adt("A28", person, at)


def updated(person: Person, at: datetime) -> bytes:
    """A31: what is known of the person has changed."""
    return _adt("A31", person, at)


def attended(person: Person, visit: Visit) -> bytes:
    """A01 for a stay on a ward, A04 for a clinic or the emergency department."""
    event = "A01" if visit.kind == "stay" else "A04"
    at = visit.end_at or visit.start_at
    return _adt(event, person, at, visit)


def reported(person: Person, report: Report) -> bytes:
    """ORU^R01: a report in its present version."""
    segments = (pid(person), _orc(report), _obr(report), *_notes(report.note), *_lines(report))
    return message(report.sender, "ORU^R01^ORU_R01", report.issued_at, segments)


def told(history: History) -> list[bytes]:
    """The whole history but its corrections, in the order in which it was said."""
    return [told for _, told in sorted(_dated(history), key=lambda pair: pair[0])]


def first_told(history: History) -> bytes:
    """The message that makes the person known, before anything else is said."""
    return registered(history.person, _first_seen(history))


def _first_seen(history: History) -> datetime:
    moments = [report.collected_at for report in history.reports]
    moments += [visit.start_at for visit in history.visits]
    return min(moments) - timedelta(days=1)


def _dated(history: History) -> Iterator[tuple[datetime, bytes]]:
    person = history.person
    for visit in history.visits:
        yield visit.end_at or visit.start_at, attended(person, visit)
    for report in history.reports:
        yield report.issued_at, reported(person, report)


def _adt(event: str, person: Person, at: datetime, visit: Visit | None = None) -> bytes:
    """All that is known of the person, every time: what is left out might be taken for gone."""
    kind = f"ADT^{event}^{'ADT_A01' if visit else 'ADT_A05'}"
    known = [pid(person), pd1(person), nk1(person), zpi(person)]
    segments = [_evn(event, at), *known, visit and _pv1(visit)]
    return message(hospital.PAS, kind, at, [one for one in segments if one])


def _evn(event: str, at: datetime) -> str:
    return segment("EVN", {1: event, 2: stamp(at)})


def _pv1(visit: Visit) -> str:
    clinic, place = hospital.CLINICS[visit.clinic].name, hospital.place(visit.place)
    return segment(
        "PV1",
        {
            1: "1",
            2: _CLASSES[visit.kind],
            3: said(visit.place, "", "", hospital.ODS, "", "", "", "", place),
            7: professional(visit.seen_by),
            10: said(visit.clinic, clinic if visit.kind == "outpatient" else ""),
            19: said(visit.number, "", "", hospital.ODS, "VN"),
            44: stamp(visit.start_at),
            45: stamp(visit.end_at) if visit.end_at else "",
        },
    )


def _orc(report: Report) -> str:
    return segment("ORC", {1: "RE", 3: said(report.number, report.sender.application)})


def _obr(report: Report) -> str:
    return segment(
        "OBR",
        {
            1: "1",
            3: said(report.number, report.sender.application),
            4: _code(report.code, report.sender.application),
            7: stamp(report.collected_at),
            14: stamp(report.received_at),
            15: within(*report.specimen),
            16: professional(report.requester),
            22: stamp(report.issued_at),
            24: report.department,
            25: report.status,
            32: _reporter(report),
        },
    )


def _reporter(report: Report) -> str:
    """OBR-32 is a person in subcomponents (CNN)."""
    one = report.reporter
    if one is None:
        return ""
    return within(one.code, one.family, one.given, "", "", one.prefix, "", "", one.council)


def _code(code: Code, system: str) -> str:
    """LOINC first where there is a code, and the sender's own beside it."""
    own = (code.key, code.name, system)
    return said(code.loinc, code.name, "LN", *own) if code.loinc else said(*own)


def _lines(report: Report) -> Iterator[str]:
    number = 0
    for result in report.results:
        number += 1
        yield _obx(number, report, _measured(result, report), result.status)
        yield from _notes(result.note)
    for section in report.sections:
        number += 1
        yield _obx(number, report, _written(section, report), section.status)


def _obx(number: int, report: Report, fields: dict[int, str], status: str) -> str:
    common = {1: str(number), 11: status, 14: stamp(report.collected_at)}
    return segment("OBX", {**common, **fields})


def _measured(result: Result, report: Report) -> dict[int, str]:
    test = result.test
    limited = bool(result.comparator)
    return {
        2: "SN" if limited else "NM",
        3: _code(Code(test.key, test.name, test.loinc), report.sender.application),
        5: said(result.comparator, result.value) if limited else result.value,
        6: said(test.ucum, test.unit, "UCUM"),
        7: result.usual,
        8: result.flag,
    }


def _written(section: Section, report: Report) -> dict[int, str]:
    return {
        2: "FT",
        3: _code(section.code, report.sender.application),
        5: said(section.text),
    }


def _notes(text: str) -> Iterator[str]:
    if text:
        yield segment("NTE", {1: "1", 2: "L", 3: said(text)})

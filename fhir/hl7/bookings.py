"""An appointment of a hospital's own diary: what its elements are, read from SCH, TQ1 and AI."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from fhir import adopting
from fhir.hl7 import tables
from fhir.hl7.datatypes import cleaned, cwe, some, typed
from fhir.hl7.mapping import Here
from fhir.hl7.message import Segment, Unreadable
from fhir.hl7.outline import Group
from fhir.hl7.parties import pl
from fhir.hl7.people import practitioner
from fhir.hl7.rules import To
from fhir.hl7.times import Moment, moment
from fhir.paths import Json

# Where a resource of the visit says when it begins and how long it lasts, in what unit.
_BEGINS: Final = {"AIS": (4, 7, 8), "AIG": (8, 11, 12), "AIL": (6, 9, 10), "AIP": (6, 9, 10)}
# How an event ends a visit, whatever else is said; the others say that it stands.
_ENDS: Final = {
    "S15": "cancelled",
    "S16": "cancelled",
    "S17": "entered-in-error",
    "S26": "noshow",
}
_BOOKED: Final = "booked"
# What a visit that stands may have come to.
_UNDER_WAY: Final = frozenset({"checked-in", "fulfilled"})
_MINUTES: Final = {
    "": 1,
    "M": 1,
    "MIN": 1,
    "MINUTES": 1,
    "S": 1 / 60,
    "SEC": 1 / 60,
    "H": 60,
    "HR": 60,
}


def key(here: Here) -> str:
    """Return the number by which the hospital's diary knows the visit, else the one who asked."""
    for place, kind in (("SCH-2", "appointment"), ("SCH-1", "request")):
        if number := _number(here, place):
            return f"{_system(here, place, kind)}|{number}"
    raise Unreadable("SCH-2", "the appointment has no number")


def identifiers(here: Here) -> list[Json]:
    """Return the diary's number, and the number of whoever asked for the visit: it may be ours."""
    filler = typed(
        "FILL", "Filler Identifier", _system(here, "SCH-2", "appointment"), _number(here, "SCH-2")
    )
    placer = typed(
        "PLAC", "Placer Identifier", _system(here, "SCH-1", "request"), _number(here, "SCH-1")
    )
    return [one for one in (filler, placer) if one]


def _number(here: Here, place: str) -> str:
    return cleaned(here.text(place))


def _system(here: Here, place: str, kind: str) -> str:
    authority = here.text(place, 2)
    if authority.upper() == adopting.AUTHORITY:
        return adopting.NUMBERS["Appointment"]
    return here.feed.local(kind, authority or here.feed.name)


def status(here: Here) -> str:
    """Return where the visit stands: the event says it, and the code no more than how far."""
    code = here.text("SCH-25").upper()
    said = tables.APPOINTMENT_STATUS.get(code, "")
    event = here.making.event
    if ended := _ENDS.get(event):
        return ended
    if said in _UNDER_WAY:
        return said
    if code and said != _BOOKED:
        here.making.warn("SCH-25", "the event says that it is booked")
    return _BOOKED


def why(here: Here) -> Json | None:
    """Return why a visit that does not take place does not."""
    said = here.first("SCH-6")
    if not said or here.making.event not in _ENDS:
        return None
    return cwe(said, here.feed)


def services(here: Here) -> list[Json]:
    found = (cwe(ais[3].first, here.feed) for ais in _all(here.group, "AIS"))
    return [one for one in found if one]


def orders(here: Here) -> list[Json]:
    """Return what the visit is based on, named by its numbers: another feed makes it known."""
    found = []
    for place, kind, display in (("SCH-26", "PLAC", "Placer"), ("SCH-27", "FILL", "Filler")):
        system = here.feed.local("order", here.text(place, 2))
        if number := typed(kind, f"{display} Identifier", system, _number(here, place)):
            found.append({"type": "ServiceRequest", "identifier": number})
    return found


def start(here: Here) -> str | None:
    began = _start(here)
    return began.instant() if began else None


def end(here: Here) -> str | None:
    """Return when it ends: as is said, or as long after its beginning as it lasts.

    :raises Unreadable: it begins, and nothing says how long it lasts.
    """
    began = _start(here)
    if not began:
        return None
    if said := _moment(here, here.text("SCH-11", 5), "SCH-11") or _of_tq1(here, 8):
        return said.instant()
    length = _length(here)
    if not length:
        raise Unreadable("SCH-9", "nothing says how long the appointment lasts")
    return _later(began, length)


def minutes(here: Here) -> int | None:
    length = _length_said(here)
    return round(length.total_seconds() / 60) if length else None


def participants(here: Here) -> list[Json]:
    """Return the person, whom they are to see, and where."""
    who = [To("Patient")(here), *_clinicians(here)]
    where = [some(display=pl(ail[3].first, here.feed)) for ail in _all(here.group, "AIL")]
    every: list[Json] = []
    for actor in (*who, *where):
        participant = {"actor": actor, "status": "accepted"}
        if actor and participant not in every:
            every.append(participant)
    return every


def _clinicians(here: Here) -> Iterator[Json | None]:
    for aip in _all(here.group, "AIP"):
        yield practitioner(aip[3].first, here)


def _start(here: Here) -> Moment | None:
    said = _moment(here, here.text("SCH-11", 4), "SCH-11") or _of_tq1(here, 7)
    if said:
        return said
    found = [
        began
        for name, (at, _, _) in _BEGINS.items()
        for segment in _all(here.group, name)
        if (began := _moment(here, segment.text(at), f"{name}-{at}"))
    ]
    return min(found, key=lambda one: one.at) if found else None


def _length(here: Here) -> timedelta | None:
    if said := _length_said(here):
        return said
    lengths = [
        length
        for name, (_, lasts, unit) in _BEGINS.items()
        for segment in _all(here.group, name)
        if (length := _in_minutes(segment.text(lasts), segment.text(unit), f"{name}-{lasts}"))
    ]
    return max(lengths, default=None)


def _length_said(here: Here) -> timedelta | None:
    return _in_minutes(here.text("SCH-9"), here.text("SCH-10"), "SCH-9")


def _of_tq1(here: Here, number: int) -> Moment | None:
    tq1 = next(iter(_all(here.group, "TQ1")), None)
    return _moment(here, tq1.text(number), f"TQ1-{number}") if tq1 else None


def _moment(here: Here, text: str, place: str) -> Moment | None:
    """Return a time to the minute; a day alone is no time to come at."""
    found = moment(text, place)
    if found and not found.instant():
        here.making.warn(place, "this is a day and not a time")
        return None
    return found


def _in_minutes(text: str, unit: str, place: str) -> timedelta | None:
    if not text.strip():
        return None
    each = _MINUTES.get(unit.strip().upper())
    if not text.strip().isdecimal() or each is None:
        raise Unreadable(place, "this is no length of time")
    return timedelta(minutes=int(text) * each)


def _later(began: Moment, length: timedelta) -> str:
    """Return the time so many real minutes later, as far from UTC as the clock then is."""
    at = datetime.fromtimestamp(began.at.timestamp() + length.total_seconds(), began.at.tzinfo)
    return at.isoformat(timespec="seconds")


def _all(group: Group, name: str) -> Iterator[Segment]:
    for one in group.with_own(name):
        yield from one.own(name)

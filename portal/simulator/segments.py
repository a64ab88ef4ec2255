"""HL7 v2.4 as text: fields by their number, so that nobody counts bars."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Final

from portal.simulator import hospital
from portal.simulator.hospital import Professional, Sender
from portal.simulator.people import Person
from portal.simulator.times import LONDON

_ESCAPES: Final = str.maketrans(
    {"\\": "\\E\\", "|": "\\F\\", "^": "\\S\\", "&": "\\T\\", "~": "\\R\\", "\n": "\\.br\\"}
)

# Letters alone, so that no control id can be taken for somebody's number.
_LETTERS: Final = str.maketrans("0123456789abcdef", "ABCDEFGHJKLMNPQR")


def said(*components: str) -> str:
    """Components of one field, each made safe; empty ones at the end are left out."""
    return "^".join(part.translate(_ESCAPES) for part in components).rstrip("^")


def within(*parts: str) -> str:
    """The parts of one component, made safe."""
    return "&".join(part.translate(_ESCAPES) for part in parts).rstrip("&")


def repeated(*fields: str) -> str:
    return "~".join(field for field in fields if field)


def stamp(moment: datetime) -> str:
    """London's clock without an offset, as hospital systems write it."""
    return moment.astimezone(LONDON).strftime("%Y%m%d%H%M%S")


def day(on: date) -> str:
    return on.strftime("%Y%m%d")


def segment(name: str, fields: Mapping[int, str]) -> str:
    last = max((number for number, value in fields.items() if value), default=0)
    return "|".join((name, *(fields.get(number, "") for number in range(1, last + 1))))


def message(sender: Sender, kind: str, at: datetime, segments: Iterable[str]) -> bytes:
    """A whole message; its control id is made of what it says, so that twice said is the same."""
    body = "\r".join(segments)
    digest = hashlib.sha256(f"{sender.header}{kind}{stamp(at)}{body}".encode()).hexdigest()
    fields = (
        "MSH",
        "^~\\&",
        sender.application,
        sender.facility,
        "DAYBOOK",
        hospital.ODS,
        stamp(at),
        "",
        kind,
        digest[:16].translate(_LETTERS),
        "P",
        "2.4",
        *("",) * 4,
        "GBR",
        "UNICODE UTF-8",
    )
    return f"{'|'.join(fields)}\r{body}\r".encode()


def professional(one: Professional) -> str:
    """XCN, with the council that gave the number."""
    return said(one.code, one.family, one.given, "", "", one.prefix, "", "", one.council)


def pid(person: Person) -> str:
    english = person.language == "en"
    return segment(
        "PID",
        {
            1: "1",
            3: repeated(
                said(person.nhs_number, "", "", "NHS", "NH"),
                said(person.mrn, "", "", hospital.ODS, "MR"),
            ),
            5: said(person.family, person.given, "", "", person.prefix, "", "L"),
            7: day(person.born),
            8: person.sex,
            11: said(person.street, "", hospital.TOWN, "", person.postcode, "GBR", "H"),
            13: repeated(
                said(person.home, "PRN", "PH"),
                said(person.mobile, "PRS", "CP") if person.mobile else "",
                said("", "NET", "Internet", person.email) if person.email else "",
            ),
            15: "" if english else said(person.language, "", "ISO639"),
            22: said(*person.ethnic),
            30: "N",
            32: "NSTS01",
        },
    )


def pd1(person: Person) -> str:
    practice = person.practice
    return segment("PD1", {3: said(practice.name, "", practice.ods)})


def zpi(person: Person) -> str:
    """The hospital's own: whether somebody needs an interpreter."""
    return segment("ZPI", {1: "1", 2: "Y" if person.interpreter else "N"})


def nk1(person: Person) -> str:
    kin = person.kin
    if kin is None:
        return ""
    return segment(
        "NK1",
        {
            1: "1",
            2: said(kin.family, kin.given),
            3: said(*kin.relation),
            5: said(kin.phone, "PRN", "PH"),
            7: said("N", "Next-of-Kin", "HL70131"),
        },
    )

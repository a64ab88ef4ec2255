"""What happens to a person in hospital, before any system writes a message about it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from portal.simulator.catalogue import Test
from portal.simulator.hospital import Professional, Sender
from portal.simulator.people import Person
from portal.simulator.ranges import Flag


@dataclass(frozen=True)
class Code:
    """What was asked for: the laboratory's own key, and LOINC where there is a fitting code."""

    key: str
    name: str
    loinc: str = ""


@dataclass(frozen=True)
class Result:
    """One number with its range, as printed."""

    test: Test
    value: str
    comparator: str = ""
    usual: str = ""
    flag: Flag = ""
    status: Literal["P", "F", "C", "D", "W"] = "F"
    note: str = ""


@dataclass(frozen=True)
class Section:
    """One part of a written report."""

    code: Code
    text: str
    status: Literal["P", "F", "C", "W"] = "F"


@dataclass(frozen=True)
class Report:
    """What a laboratory or a department issues, under one number."""

    number: str
    sender: Sender
    code: Code
    department: str
    requester: Professional
    collected_at: datetime
    received_at: datetime
    issued_at: datetime
    results: tuple[Result, ...] = ()
    sections: tuple[Section, ...] = ()
    status: Literal["P", "F", "C"] = "F"
    note: str = ""
    specimen: tuple[str, str] = ("", "")
    reporter: Professional | None = None


@dataclass(frozen=True)
class Letter:
    """What the ward writes when somebody goes home, as a PDF."""

    number: str
    title: str
    author: Professional
    came_at: datetime
    home_at: datetime
    written_at: datetime
    document: bytes


@dataclass(frozen=True)
class Visit:
    """An outpatient attendance or a stay on a ward."""

    number: str
    kind: Literal["outpatient", "stay", "emergency"]
    clinic: str
    place: str
    seen_by: Professional
    reason: str
    start_at: datetime
    end_at: datetime | None


@dataclass(frozen=True)
class Reading:
    """A vital sign: taken by staff, or by the person at home."""

    kind: str
    at: datetime
    value: str
    second: str = ""
    at_home: bool = False
    usual_from: str = ""
    """The least that is usual for this person, where their plan says so."""


@dataclass(frozen=True)
class Problem:
    key: str
    snomed: str
    term: str
    since: date
    clinic: str
    confidential: str = ""
    ended: date | None = None


@dataclass(frozen=True)
class Medicine:
    name: str
    dose: str
    reason: str
    since: date
    prescriber: Professional
    ended: date | None = None
    why_ended: str = ""
    told_by_patient: bool = False
    note: str = ""


@dataclass(frozen=True)
class Allergy:
    snomed: str
    substance: str
    kind: Literal["medication", "food", "environment"]
    reaction: tuple[str, str] = ("", "")
    severity: Literal["", "mild", "moderate", "severe"] = ""
    recorded_on: date | None = None
    recorder: Professional | None = None
    told_by_patient: bool = False
    reaction_text: str = ""


@dataclass(frozen=True)
class Vaccination:
    name: str
    snomed: str
    product: str
    given_on: date
    batch: str
    dose: int
    place: str


@dataclass(frozen=True)
class History:
    """Everything the hospital knows of one person, oldest first within each kind."""

    person: Person
    visits: tuple[Visit, ...] = ()
    reports: tuple[Report, ...] = ()
    letters: tuple[Letter, ...] = ()
    readings: tuple[Reading, ...] = ()
    problems: tuple[Problem, ...] = ()
    medicines: tuple[Medicine, ...] = ()
    allergies: tuple[Allergy, ...] = ()
    asked_about_allergies: date | None = None
    vaccinations: tuple[Vaccination, ...] = ()
    team: tuple[Professional, ...] = ()
    corrections: tuple[Report, ...] = ()
    """Newer versions of reports above, in the order they were issued."""

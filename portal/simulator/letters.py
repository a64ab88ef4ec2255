"""What the ward writes to a person who goes home, and how the patient record sends it."""

import base64
from collections.abc import Iterator
from datetime import datetime

from portal.simulator import hospital
from portal.simulator.events import History, Letter
from portal.simulator.hospital import CLINICS
from portal.simulator.pdf import pdf_of
from portal.simulator.people import Person
from portal.simulator.plans import Stay
from portal.simulator.resources import LOINC, Json, identifier, own_hospital, who

_ADULT = 18


def discharge_letter(person: Person, stay: Stay, came_at: datetime, home_at: datetime) -> bytes:
    clinic = CLINICS[stay.clinic]
    return pdf_of(
        (
            hospital.NAME,
            clinic.name,
            "",
            f"{home_at:%-d %B %Y}",
            f"NHS number {_spaced(person.nhs_number)}",
            "",
            f"Dear {_addressee(person, home_at)},",
            "",
            f"Your stay from {came_at:%-d %B} to {home_at:%-d %B %Y}: {stay.reason}",
            "",
            *(line for paragraph in stay.letter for line in (paragraph, "")),
            "A copy of this letter goes to your GP.",
            "",
            "Yours sincerely,",
            "",
            clinic.lead.name,
            clinic.lead.role,
        )
    )


def documents_of(history: History, patient: str) -> Iterator[Json]:
    """Every letter to one person, the file inside; `patient` is the reference to use."""
    for letter in history.letters:
        yield _document(letter, history.person.mrn, {"reference": patient})


def _document(letter: Letter, key: str, subject: Json) -> Json:
    written_at = letter.written_at.isoformat()
    coding = {"system": LOINC, "code": "18842-5", "display": "Discharge summary"}
    file = {
        "contentType": "application/pdf",
        "language": "en-GB",
        "data": base64.b64encode(letter.document).decode(),
        "title": letter.title,
        "creation": written_at,
    }
    return {
        "resourceType": "DocumentReference",
        "identifier": identifier("letter", key, letter.number),
        "status": "current",
        "docStatus": "final",
        "type": {"coding": [coding], "text": letter.title},
        "subject": subject,
        "date": written_at,
        "author": [who(letter.author)],
        "custodian": own_hospital(),
        "content": [{"attachment": file}],
        "context": {
            "period": {"start": letter.came_at.isoformat(), "end": letter.home_at.isoformat()}
        },
    }


def _addressee(person: Person, on: datetime) -> str:
    if person.age(on.date()) < _ADULT:
        return f"{person.given}, and those who look after you"
    return f"{person.prefix} {person.family}"


def _spaced(number: str) -> str:
    return f"{number[:3]} {number[3:6]} {number[6:]}"

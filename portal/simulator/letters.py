"""What the ward writes to a person who goes home."""

from datetime import datetime

from portal.simulator import hospital
from portal.simulator.hospital import CLINICS
from portal.simulator.pdf import pdf_of
from portal.simulator.people import Person
from portal.simulator.plans import Stay

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


def _addressee(person: Person, on: datetime) -> str:
    if person.age(on.date()) < _ADULT:
        return f"{person.given}, and those who look after you"
    return f"{person.prefix} {person.family}"


def _spaced(number: str) -> str:
    return f"{number[:3]} {number[3:6]} {number[6:]}"

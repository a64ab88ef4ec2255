"""The letter to a GP that a plan has ended and its patient never asked, which they read too.

A Composition: its words stand in it, and a hospital's system that sends letters finds them there.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.utils.html import escape

from fhir.paths import Json
from portal.appointments.resources import reference
from portal.pifu.resources import Plan
from portal.record.dates import day as in_words
from portal.record.dates import local

# What ended longer ago is history, such as a hospital may load: nobody is written to of it.
_LATE: Final = timedelta(days=30)

Section = tuple[str, Sequence[str]]


def is_due(plan: Plan, now: datetime) -> bool:
    return local(now).date() - plan.last_day <= _LATE


def letter(plan: Plan, now: datetime) -> Json:
    made: Json = {
        "resourceType": "Composition",
        "status": "final",
        "type": {"text": "Letter to the GP"},
        "subject": {"reference": f"Patient/{plan.patient}"},
        "date": now.isoformat(timespec="seconds"),
        "author": [_author(plan)],
        "title": f"To your GP: the time to ask has ended ({plan.terms.title})",
        "event": [{"detail": [{"reference": f"ServiceRequest/{plan.id}"}]}],
        "section": [
            {"title": title, "text": {"status": "generated", "div": _div(lines)}}
            for title, lines in sections(plan)
        ],
    }
    if plan.security:
        made["meta"] = {"security": list(plan.security)}
    return made


def sections(plan: Plan) -> list[Section]:
    """Return what is written, as headings and paragraphs: to the GP, in words for both."""
    terms = plan.terms
    first, last = in_words(plan.first_day), in_words(plan.last_day)
    by = " of ".join(filter(None, (terms.clinician[1], terms.service[1])))
    return [
        (
            "What has ended",
            [
                f"From {first} to {last} this patient could ask {by} to be seen.",
                "They did not ask. That time has ended.",
                f"It was for: {terms.title}.",
            ],
        ),
        ("When they were to ask us", [f"{terms.when}."]),
        (
            "What to do now",
            [
                "We have booked no visit under this plan.",
                "If they need to be seen for this again, please refer them.",
                "The patient can read this letter. We have not asked them how they are.",
            ],
        ),
    ]


def _author(plan: Plan) -> Json:
    return reference("Practitioner", *plan.terms.clinician) or {"display": plan.terms.service[1]}


def _div(lines: Sequence[str]) -> str:
    said = "".join(f"<p>{escape(line)}</p>" for line in lines)
    return f'<div xmlns="http://www.w3.org/1999/xhtml">{said}</div>'

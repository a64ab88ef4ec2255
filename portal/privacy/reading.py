"""What a patient has asked about who looked, to stand beside the line that it is about."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from fhir.access import Kind
from portal.privacy.models import Question
from portal.record import dates


class Line(Protocol):
    """A line of the log."""

    who: str
    verb: str
    at: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Beside:
    """A question as its patient reads it."""

    row: Question

    def is_about(self, line: Line) -> bool:
        """Whether it was asked of this line, which may have gone on since."""
        row = self.row
        same = (row.who, row.verb) == (line.who, line.verb)
        return same and line.at <= row.looked_at <= line.until

    @property
    def asked(self) -> str:
        return f"You asked why on {dates.day(self.row.asked_at)}."

    @property
    def told(self) -> str:
        """What is said of the answer, up to its own words."""
        if self.row.answered_at:
            return f"The privacy team answered on {dates.day(self.row.answered_at)}:"
        return f"The privacy team will answer by {dates.weekday(self.row.due_on)}."

    @property
    def answer(self) -> str:
        return self.row.answer

    def __str__(self) -> str:
        answer = f" “{self.answer}”" if self.answer else ""
        return f"{self.asked} {self.told}{answer}"


def may_be_asked_about(kind: Kind, who: str) -> bool:
    """Whether a line is of a person somebody can ask; who came through a link is not known."""
    return kind in {Kind.STAFF, Kind.PROXY} and not who.startswith("ShareLink/")


def of(patient: str) -> list[Beside]:
    return [Beside(row) for row in Question.objects.filter(patient=patient)]

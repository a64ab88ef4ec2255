"""What a patient narrows the times down to, from what the clinics of a ticket have at all."""

from calendar import day_name
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Self, TypeVar

from django import forms

from portal.appointments import said
from portal.appointments.models import Clinic
from portal.appointments.rules import Mode
from portal.appointments.searching import AFTERNOON, MORNING, Wanted
from portal.appointments.tickets import Ticket

One = TypeVar("One")

ANY: Final = ""
_SOON, _LATER = timedelta(weeks=2), timedelta(weeks=4)
PERIODS: Final = {
    ANY: "Any time",
    "2w": "In the next 2 weeks",
    "4w": "In the next 4 weeks",
    "later": "After 4 weeks",
}

PARTS: Final = {ANY: "Any time of day", MORNING: "Morning", AFTERNOON: "Afternoon"}


@dataclass(frozen=True, slots=True)
class Options:
    """What the clinics of a ticket offer; `minutes` is 0 where they differ."""

    modes: tuple[Mode, ...]
    places: Mapping[str, str]
    languages: tuple[str, ...]
    weekdays: tuple[int, ...]
    clinician: str
    minutes: int

    @classmethod
    def of(cls, ticket: Ticket) -> Self:
        """Return what its open clinics have, in one query."""
        clinics = Clinic.objects.filter(service=ticket.service, stage=Clinic.Stage.PUBLISHED)
        if ticket.clinician:
            clinics = clinics.filter(clinician=ticket.clinician)
        rows = [one for one in clinics if not ticket.modes or ticket.modes & set(one.modes)]
        modes = {mode for one in rows for mode in one.modes} & (ticket.modes or set(Mode))
        return cls(
            tuple(mode for mode in Mode if mode in modes),
            {one.location: one.location_name for one in rows if one.location},
            tuple(sorted({code for one in rows for code in one.languages}, key=said.language)),
            tuple(sorted({day for one in rows for day in one.weekdays})),
            _only((one.clinician_name for one in rows), ""),
            _only((one.minutes for one in rows), 0),
        )


class Filters(forms.Form):
    """The form beside the times; what is not one of its choices counts as none."""

    way = forms.ChoiceField(required=False)
    place = forms.ChoiceField(required=False)
    period = forms.ChoiceField(required=False, choices=list(PERIODS.items()))
    day = forms.ChoiceField(required=False)
    hours = forms.ChoiceField(required=False, choices=list(PARTS.items()))
    interpreter = forms.ChoiceField(required=False)

    def __init__(self, given: Mapping[str, str], options: Options, language: str) -> None:
        """Show what was `given`; at first, with whom the record says must interpret."""
        self.options = options
        self.wants = language if language in options.languages else ""
        super().__init__({"interpreter": self.wants, **given})
        self._offer("way", "Any way", ((one.value, said.WAYS[one]) for one in options.modes))
        self._offer("place", "Any place", options.places.items())
        self._offer("day", "Any day", ((str(day), day_name[day - 1]) for day in options.weekdays))
        spoken = ((code, f"{said.language(code)} interpreter") for code in options.languages)
        self._offer("interpreter", "No interpreter", spoken)
        self.full_clean()

    @property
    def shown(self) -> list[str]:
        """Return the names of the fields between whose choices there is a choice."""
        several = {
            "way": len(self.options.modes) > 1,
            "place": len(self.options.places) > 1,
            "day": len(self.options.weekdays) > 1,
            "interpreter": bool(self.options.languages),
        }
        return [name for name in self.fields if several.get(name, True)]

    def chosen(self, name: str) -> str:
        return str(self.cleaned_data.get(name) or "")

    def wanted(self, now: datetime) -> Wanted:
        period = self.chosen("period")
        until = {"2w": now + _SOON, "4w": now + _LATER}.get(period)
        since = now + _LATER if period == "later" else None
        return Wanted(
            self.chosen("way"), self.chosen("place"), self.chosen("interpreter"), since, until,
            int(self.chosen("day") or 0), self.chosen("hours"),
        )  # fmt: skip

    def sentence(self) -> str:
        """Return what is shown, for whoever does not see the form."""
        parts = []
        if way := self.chosen("way"):
            parts.append(said.WAYS[Mode(way)].lower())
        if place := self.chosen("place"):
            parts.append(f"at {self.options.places[place]}")
        parts.append(PERIODS[self.chosen("period")].lower())
        if day := self.chosen("day"):
            parts.append(f"on {day_name[int(day) - 1]}s")
        if part := self.chosen("hours"):
            parts.append(f"in the {PARTS[part].lower()}")
        if code := self.chosen("interpreter"):
            parts.append(f"with {said.a(said.language(code))} interpreter")
        return f"Showing: {', '.join(parts)}."

    def _offer(self, name: str, none: str, choices: Iterable[tuple[str, str]]) -> None:
        field = self.fields[name]
        field.choices = [(ANY, none), *choices]  # type: ignore[attr-defined]


def mode_of(modes: Iterable[str], ticket: Ticket, wanted: str) -> Mode:
    """Return how a time is offered: as it is asked for, else the first way that it has."""
    if wanted:
        return Mode(wanted)
    offered = set(modes) & (ticket.modes or set(Mode))
    return next(mode for mode in Mode if mode in offered)


def _only(values: Iterable[One], otherwise: One) -> One:
    found = set(values)
    return found.pop() if len(found) == 1 else otherwise

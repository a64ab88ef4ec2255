"""What a patient narrows the times down to, from what the clinics of a ticket have at all."""

from calendar import day_name
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

from django import forms

from portal.appointments import said
from portal.appointments.models import Clinic
from portal.appointments.rules import Mode
from portal.appointments.searching import AFTERNOON, MORNING, Wanted
from portal.appointments.tickets import Ticket
from portal.record import words

if TYPE_CHECKING:
    from django.http import QueryDict

One = TypeVar("One")

ANY: Final = ""
_SOON, _LATER = timedelta(weeks=2), timedelta(weeks=4)
PERIODS: Final = {
    ANY: "Any time",
    "2w": "In the next 2 weeks",
    "4w": "In the next 4 weeks",
    "later": "After 4 weeks",
}

_LONGER: Final = "yes"
PARTS: Final = {MORNING: "Morning", AFTERNOON: "Afternoon"}


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


class Ticks(forms.MultipleChoiceField):
    """Any of its choices; what is not one of them is passed over."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, choices: Iterable[tuple[str, str]] = ()) -> None:
        super().__init__(required=False, choices=list(choices))

    def clean(self, value: Any) -> list[str]:
        return [one for one in value or () if self.valid_value(one)]


class Filters(forms.Form):
    """The form beside the times; where nothing is ticked, anything will do."""

    way = Ticks()
    place = Ticks()
    hours = Ticks(PARTS.items())
    day = Ticks()
    period = forms.ChoiceField(required=False, choices=list(PERIODS.items()))
    interpreter = Ticks()
    longer = Ticks()

    def __init__(
        self, given: "QueryDict", options: Options, language: str, *, wants_longer: bool = False
    ) -> None:
        """Show what was `given`; at first, with whom the record says must interpret.

        A longer visit is found for those who need one, unless they will not have it.
        """
        self.options = options
        self.wants = language if language in options.languages else ""
        self.wants_longer = wants_longer
        shown = given.copy()
        shown.setdefault("interpreter", self.wants)
        shown.setdefault("longer", _LONGER)
        shown.setdefault("period", ANY)
        super().__init__(shown)
        self._offer("way", ((one.value, said.WAYS[one]) for one in options.modes))
        self._offer("place", options.places.items())
        self._offer("day", ((str(day), day_name[day - 1]) for day in options.weekdays))
        spoken = ((code, f"{said.language(code)} interpreter") for code in options.languages)
        self._offer("interpreter", spoken)
        self._offer("longer", [(_LONGER, "A longer visit (two times in a row)")] * wants_longer)
        self.full_clean()

    @property
    def shown(self) -> list[str]:
        """Return the names of the fields between whose choices there is a choice."""
        several = {
            "way": len(self.options.modes) > 1,
            "place": len(self.options.places) > 1,
            "day": len(self.options.weekdays) > 1,
            "interpreter": bool(self.options.languages),
            "longer": self.wants_longer,
        }
        return [name for name in self.fields if several.get(name, True)]

    @property
    def is_longer(self) -> bool:
        return bool(self.chosen("longer"))

    @property
    def minutes(self) -> int:
        """How long each time is; 0 where they differ."""
        return self.options.minutes * (2 if self.is_longer else 1)

    def chosen(self, name: str) -> list[str]:
        found: list[str] = self.cleaned_data[name]
        return found

    def wanted(self, now: datetime) -> Wanted:
        period = self._period
        until = {"2w": now + _SOON, "4w": now + _LATER}.get(period)
        since = now + _LATER if period == "later" else None
        return Wanted(
            self.chosen("way"), self.chosen("place"), self.chosen("interpreter"), since, until,
            [int(one) for one in self.chosen("day")], self.chosen("hours"), self.is_longer,
        )  # fmt: skip

    def sentence(self) -> str:
        """Return what is shown, for whoever does not see the form."""
        parts = []
        if ways := self.chosen("way"):
            parts.append(_either(said.WAYS[Mode(way)].lower() for way in ways))
        if places := self.chosen("place"):
            parts.append(f"at {_either(self.options.places[place] for place in places)}")
        parts.append(PERIODS[self._period].lower())
        if days := self.chosen("day"):
            parts.append(f"on {_either(f'{day_name[int(day) - 1]}s' for day in days)}")
        if hours := self.chosen("hours"):
            parts.append(f"in the {_either(PARTS[part].lower() for part in hours)}")
        if codes := self.chosen("interpreter"):
            spoken = _either(said.a(said.language(code)) for code in codes)
            parts.append(f"with {spoken} interpreter")
        if self.is_longer:
            parts.append("for a longer visit")
        return f"Showing: {', '.join(parts)}."

    @property
    def _period(self) -> str:
        return str(self.cleaned_data.get("period") or ANY)

    def _offer(self, name: str, choices: Iterable[tuple[str, str]]) -> None:
        self.fields[name].choices = list(choices)  # type: ignore[attr-defined]


def mode_of(modes: Iterable[str], ticket: Ticket, wanted: Collection[str]) -> Mode:
    """Return how a time is offered: as it is asked for, in the first way that it has."""
    offered = set(modes) & (ticket.modes or set(Mode)) & (set(wanted) or set(Mode))
    return next(mode for mode in Mode if mode in offered)


def _either(names: Iterable[str]) -> str:
    return words.listed(names, "or")


def _only(values: Iterable[One], otherwise: One) -> One:
    found = set(values)
    return found.pop() if len(found) == 1 else otherwise

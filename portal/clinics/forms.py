"""What staff say of a clinic, and of one of its days."""

from collections.abc import Mapping
from copy import copy
from datetime import date, datetime, time
from typing import Any, Final

from django import forms

from portal.appointments import said
from portal.appointments.access import FACTS
from portal.appointments.models import Clinic
from portal.appointments.times import NATIONS
from portal.clinics.actions import Why
from portal.clinics.choices import Choices
from portal.clinics.fields import Days, LocalTime
from portal.clinics.words import WEEKDAYS
from portal.forms import NamedDay

KEEP, CANCEL = "keep", "cancel"
SHORTEST, LONGEST, MOST = 5, 240, 100
LONGEST_REASON: Final = 150
_LONG_REASON: Final = f"The reason must be {LONGEST_REASON} characters or less"
_STAGES: Final = [
    (Clinic.Stage.PUBLISHED.value, "Open: patients can book it"),
    (Clinic.Stage.DRAFT.value, "A draft: nobody can book it yet"),
    (Clinic.Stage.CLOSED.value, "Closed: no more sessions"),
]
_LENGTH: Final = f"A visit must last {SHORTEST} to {LONGEST} minutes"
_CAPACITY: Final = f"Enter how many people are seen at a time, from 1 to {MOST}"
_TOO_SHORT: Final = "The session must be long enough for one visit"
_BACKWARDS: Final = "The session must end later than it starts"


def _choose(what: str) -> dict[str, str]:
    return {"required": what, "invalid_choice": what}


class ClinicForm(forms.Form):
    """A clinic's rule, on its own local clock."""

    name = forms.CharField(
        max_length=100,
        error_messages={
            "required": "Enter a name for the clinic",
            "max_length": "The name must be 100 characters or less",
        },
    )
    service = forms.ChoiceField(error_messages=_choose("Choose the service"))
    clinician = forms.ChoiceField(error_messages=_choose("Choose who sees the patients"))
    location = forms.ChoiceField(error_messages=_choose("Choose the place"))
    modes = forms.MultipleChoiceField(
        error_messages=_choose("Choose at least one way in which patients are seen")
    )
    languages = forms.MultipleChoiceField(required=False)
    weekdays = forms.TypedMultipleChoiceField(
        choices=[(str(n + 1), name) for n, name in enumerate(WEEKDAYS)],
        coerce=int,
        error_messages=_choose("Choose at least one day of the week"),
    )
    opens = LocalTime("when the session starts")
    closes = LocalTime("when the session ends")
    minutes = forms.IntegerField(
        min_value=SHORTEST,
        max_value=LONGEST,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), _LENGTH),
    )
    capacity = forms.IntegerField(
        min_value=1,
        max_value=MOST,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), _CAPACITY),
    )
    first_day = NamedDay("the first day")
    last_day = NamedDay("the last day", required=False)
    nation = forms.ChoiceField(
        required=False,
        choices=[*NATIONS.items(), ("", "None: it is held on them")],
    )
    exceptions = Days(required=False)
    instruction = forms.CharField(
        required=False,
        max_length=500,
        error_messages={"max_length": "What patients are told must be 500 characters or less"},
    )
    stage = forms.ChoiceField(
        choices=_STAGES, error_messages=_choose("Choose whether it can be booked")
    )

    def __init__(self, *given: Any, choices: Choices, **more: Any) -> None:
        super().__init__(*given, **more)
        self.choices = choices
        self._offer("service", choices.services)
        self._offer("clinician", choices.clinicians)
        self._offer("location", choices.places)
        self._offer("modes", {one.value: said.WAYS[one] for one in choices.modes}, none="")
        spoken = dict(sorted(said.LANGUAGES.items(), key=lambda one: one[1]))
        self._offer("languages", spoken, none="")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        opens, closes, minutes = (cleaned.get(one) for one in ("opens", "closes", "minutes"))
        if opens and closes and (wrong := _wrong(opens, closes, minutes)):
            self.add_error("closes", wrong)
        first, last = cleaned.get("first_day"), cleaned.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", "The last day must not be before the first day")
        return cleaned

    def clinic(self, before: Clinic | None) -> Clinic:
        """Return the clinic as it would be; nothing is saved."""
        given = dict(self.cleaned_data)
        names = {
            "service_name": self.choices.services[given["service"]],
            "clinician_name": self.choices.clinicians[given["clinician"]],
            "location_name": self.choices.places[given["location"]],
        }
        return edited(before, given | names)

    @staticmethod
    def shown(clinic: Clinic) -> dict[str, Any]:
        """Return a clinic as the form shows it."""
        names = [name for name in ClinicForm.base_fields if name != "weekdays"]
        weekdays = [str(one) for one in clinic.weekdays]
        return {name: getattr(clinic, name) for name in names} | {"weekdays": weekdays}

    def _offer(self, name: str, choices: Mapping[str, str], none: str = "Choose") -> None:
        empty = [("", none)] if none else []
        self.fields[name].choices = [*empty, *choices.items()]  # type: ignore[attr-defined]


class SessionForm(forms.Form):
    """One day of a clinic: held as usual, at hours of its own, or not at all."""

    USUAL, OTHER, NONE = "usual", "other", "none"

    held = forms.ChoiceField(
        choices=[
            (NONE, "There is no session on this day"),
            (OTHER, "It is held at other times"),
            (USUAL, "It is held as usual"),
        ],
        error_messages=_choose("Choose what happens on this day"),
    )
    opens = LocalTime("when the session starts", required=False)
    closes = LocalTime("when the session ends", required=False)

    def __init__(self, *given: Any, clinic: Clinic, on: date, **more: Any) -> None:
        super().__init__(*given, **more)
        self.of, self.on = clinic, on

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("held") != self.OTHER:
            return cleaned
        opens, closes = cleaned.get("opens"), cleaned.get("closes")
        for name, value in (("opens", opens), ("closes", closes)):
            if value is None and name not in self.errors:
                self.add_error(name, self.fields[name].error_messages["required"])
        if opens and closes and (wrong := _wrong(opens, closes, self.of.minutes)):
            self.add_error("closes", wrong)
        return cleaned

    def clinic(self, before: Clinic) -> Clinic:
        """Return the clinic as it would be; nothing is saved."""
        given, own = self.cleaned_data, self.on.isoformat()
        hours = [one for one in before.hours if not one.startswith(own)]
        exceptions = [one for one in before.exceptions if one != self.on]
        if given["held"] == self.OTHER:
            hours = sorted([*hours, f"{own} {given['opens']:%H:%M} {given['closes']:%H:%M}"])
        elif given["held"] == self.NONE:
            exceptions = sorted([*exceptions, self.on])
        return edited(before, {"hours": hours, "exceptions": exceptions})


class AgreeForm(forms.Form):
    """What becomes of the bookings that a change hits, and which preview of it was seen."""

    bookings = forms.ChoiceField(
        required=False,
        choices=[(KEEP, "Keep them. Only the free times go"), (CANCEL, "Cancel them, and tell")],
    )
    words = forms.CharField(
        required=False,
        max_length=LONGEST_REASON,
        error_messages={"max_length": _LONG_REASON},
    )
    stamp = forms.CharField(required=False, max_length=64)
    numbers = forms.CharField(required=False, max_length=100)
    key = forms.UUIDField(required=False)  # of a clinic that is new


class OutsideForm(forms.Form):
    """Which bookings were looked at that are to be cancelled, and what their patients read."""

    stamp = forms.CharField(max_length=64, widget=forms.HiddenInput)
    words = forms.CharField(
        required=False, max_length=LONGEST_REASON, error_messages={"max_length": _LONG_REASON}
    )


class CancelForm(forms.Form):
    """By whose wish one booking is cancelled, and what its patient reads."""

    by = forms.ChoiceField(
        choices=[(why.name, why.label) for why in Why],
        error_messages=_choose("Choose why it is cancelled"),
    )
    words = forms.CharField(
        required=False,
        max_length=LONGEST_REASON,
        error_messages={"max_length": _LONG_REASON},
    )

    def why(self) -> Why:
        return Why[self.cleaned_data["by"]]


class PlaceForm(forms.Form):
    """What a place has: a choice for each fact, and the version of the place that was seen."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        for fact, label in FACTS.items():
            self.fields[fact] = forms.ChoiceField(
                label=label,
                required=False,
                choices=[("", "Not known"), ("yes", "Yes"), ("no", "No")],
                error_messages=_choose(f"Choose yes, no or not known for {label.lower()}"),
            )

    def facts(self) -> dict[str, bool]:
        given = self.cleaned_data
        return {fact: given[fact] == "yes" for fact in FACTS if given[fact]}


def edited(before: Clinic | None, values: Mapping[str, Any]) -> Clinic:
    """Return a clinic with other values, or a new one; nothing is saved."""
    clinic = copy(before) if before else Clinic()
    for name, value in values.items():
        setattr(clinic, name, value)
    return clinic


def _wrong(opens: time, closes: time, minutes: int | None) -> str:
    if closes <= opens:
        return _BACKWARDS
    day = date.min
    length = datetime.combine(day, closes) - datetime.combine(day, opens)
    return _TOO_SHORT if minutes and length.total_seconds() < minutes * 60 else ""

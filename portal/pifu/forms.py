"""What a clinician says of a plan, what a patient asks under it, and what staff decide."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from django import forms

from portal.appointments import said
from portal.appointments.forms import Phone, Reason
from portal.appointments.rules import Mode
from portal.clinics.fields import read_day
from portal.pifu import rules
from portal.pifu.asked import Said
from portal.pifu.asking import Form
from portal.pifu.resources import Terms
from portal.pifu.rules import Act
from portal.record.dates import day
from portal.record.words import capital

_NO_SIGN: Final = "none"
RING, WRITE = "ring", "write"
_WEEKS: Final = {"1": "1 week", "2": "2 weeks", "4": "4 weeks", "8": "8 weeks", "13": "3 months"}
_RING: Final = {"0": "today", "1": "tomorrow", "3": "in 3 days", "7": "in a week"}


class Lines(forms.CharField):
    """Warning signs, one on each line."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) else "\n".join(value or ())

    def clean(self, value: Any) -> Any:
        lines = [" ".join(line.split()) for line in (super().clean(value) or "").splitlines()]
        found = list(dict.fromkeys(filter(None, lines)))
        if len(found) > rules.MOST_SIGNS:
            raise forms.ValidationError(f"Enter {rules.MOST_SIGNS} signs or fewer")
        if any(len(line) > rules.LONGEST_SIGN for line in found):
            raise forms.ValidationError(
                f"Each sign must be {rules.LONGEST_SIGN} characters or less"
            )
        return found


class Day(forms.CharField):
    """A day as people write it."""

    def prepare_value(self, value: Any) -> Any:
        return day(value) if isinstance(value, date) else value

    def clean(self, value: Any) -> Any:
        if (found := read_day(super().clean(value))) is None:
            raise forms.ValidationError("Enter a date, like 14 April 2026")
        return found


class PlanWords(forms.Form):
    """What a patient reads of a plan; to be required where one is set."""

    months = forms.TypedChoiceField(
        choices=[(str(one), f"{one} months") for one in rules.MONTHS],
        coerce=int,
        required=False,
        initial=str(rules.USUAL_MONTHS),
    )
    when = Reason(
        required=False,
        max_length=rules.LONGEST_WORDS,
        widget=forms.Textarea,
        error_messages={"max_length": f"This must be {rules.LONGEST_WORDS} characters or less"},
    )
    emergencies = Lines(required=False)
    urgent = Lines(required=False)

    def plan(self, first_day: date) -> tuple[date, str, list[str], list[str]]:
        """Return until when they can ask, when they should, and when they ring 999 or 111."""
        given = self.cleaned_data
        last_day = rules.after_months(first_day, given["months"])
        return last_day, given["when"], given["emergencies"], given["urgent"]

    def require_words(self) -> None:
        """Refuse a plan that does not say until when, when to ask, or when to ring 999."""
        wanted = {
            "months": "Choose for how long they can ask",
            "when": "Enter when they should ask to be seen",
            "emergencies": "Enter at least one sign for which they must call 999",
        }
        for name, words in wanted.items():
            if name not in self.errors and not self.cleaned_data.get(name):
                self.add_error(name, words)


class PlanForm(PlanWords):
    """A plan, from the page of a patient."""

    title = forms.CharField(
        max_length=rules.LONGEST_TITLE,
        error_messages={
            "required": "Enter what the plan is for",
            "max_length": f"What it is for must be {rules.LONGEST_TITLE} characters or less",
        },
    )
    service = forms.ChoiceField(
        error_messages=dict.fromkeys(("required", "invalid_choice"), "Choose the service")
    )
    first_day = Day(error_messages={"required": "Enter from when they can ask"})
    form_id = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)  # which version is changed

    def __init__(self, *given: Any, services: Mapping[str, str], **more: Any) -> None:
        super().__init__(*given, **more)
        self.services = services
        self.fields["service"].choices = [("", "Choose"), *services.items()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        self.require_words()
        return cleaned

    def terms(self, clinician: tuple[str, str]) -> Terms:
        given = self.cleaned_data
        service, first_day = given["service"], given["first_day"]
        named = (service, self.services[service])
        return Terms(given["title"], named, clinician, first_day, *self.plan(first_day))


class AskForm(forms.Form):
    """How things are; warning signs are ticked of those that the plan names."""

    signs = forms.MultipleChoiceField(
        error_messages={"required": "Tick the signs that you have, or “None of these”"}
    )
    words = Reason(
        max_length=rules.LONGEST_WORDS,
        error_messages={
            "required": "Tell us how things are",
            "max_length": f"What you tell us must be {rules.LONGEST_WORDS} characters or less",
        },
    )
    reach = forms.ChoiceField(
        choices=[(RING, "Ring me"), (WRITE, "Write to me here")],
        error_messages={"required": "Choose how we should reach you"},
    )
    phone = forms.CharField(required=False, max_length=30)
    form_id = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *given: Any, signs: Sequence[str], **more: Any) -> None:
        more["initial"] = {"form_id": uuid.uuid4(), **more.get("initial", {})}
        super().__init__(*given, **more)
        choices = [*((one, capital(one)) for one in signs), (_NO_SIGN, "None of these")]
        self.fields["signs"].choices = choices  # type: ignore[attr-defined]

    def clean_signs(self) -> list[str]:
        chosen: list[str] = self.cleaned_data["signs"]
        if _NO_SIGN in chosen and len(chosen) > 1:
            raise forms.ValidationError(
                "Tick the signs that you have, or “None of these”, not both"
            )
        return [one for one in chosen if one != _NO_SIGN]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("reach") == RING and "phone" not in self.errors:
            try:
                cleaned["phone"] = Phone().clean(cleaned.get("phone"))
            except forms.ValidationError as wrong:
                self.add_error("phone", wrong)
        return cleaned

    def form(self) -> Form:
        given = self.cleaned_data
        phone = given["phone"] if given["reach"] == RING else ""
        return Form(given["form_id"], Said(given["words"], given["signs"], phone))


class DecideForm(forms.Form):
    """What becomes of it; the patient reads the words."""

    act = forms.ChoiceField(error_messages={"required": "Choose what happens next"})
    service = forms.ChoiceField(required=False)
    modes = forms.MultipleChoiceField(
        choices=[(one.value, said.WAYS[one]) for one in Mode], required=False
    )
    within = forms.ChoiceField(choices=list(_WEEKS.items()), required=False, initial="4")
    ring = forms.ChoiceField(choices=list(_RING.items()), required=False, initial="1")
    words = Reason(
        required=False,
        max_length=rules.LONGEST_ANSWER,
        widget=forms.Textarea,
        error_messages={
            "max_length": f"What you write must be {rules.LONGEST_ANSWER} characters or less"
        },
    )

    def __init__(
        self, *given: Any, acts: Mapping[str, str], services: Mapping[str, str], **more: Any
    ) -> None:
        super().__init__(*given, **more)
        self.services = services
        self.fields["act"].choices = list(acts.items())  # type: ignore[attr-defined]
        self.fields["service"].choices = list(services.items())  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        match cleaned.get("act"):
            case Act.BOOK:
                self._require("service", "Choose the service")
                self._require("modes", "Choose at least one way in which they can be seen")
                self._require("within", "Choose by when they are to be seen")
            case Act.CALL:
                self._require("ring", "Choose by when they are rung")
            case Act.ADVISE:
                self._require("words", "Enter your advice")
        return cleaned

    def service_chosen(self) -> tuple[str, str]:
        chosen = self.cleaned_data["service"]
        return chosen, self.services[chosen]

    def last_day(self, today: date) -> date:
        return today + timedelta(weeks=int(self.cleaned_data["within"]))

    def ring_by(self, today: date) -> date:
        return today + timedelta(days=int(self.cleaned_data["ring"]))

    def _require(self, name: str, words: str) -> None:
        if name not in self.errors and not self.cleaned_data.get(name):
            self.add_error(name, words)

"""What is said on the pages of a consultation."""

from datetime import date, timedelta
from typing import Any

from django import forms

from portal.consultations.actions import Check
from portal.consultations.rules import FOUND, LONGEST_NOTE, NOTES, Outcome
from portal.pifu.forms import PlanWords

OTHER = "other"
_LONGEST_TITLE = 100
_LONGEST_NAME = 60


class CheckForm(forms.Form):
    """What the page's script found; without one nothing is said."""

    camera = forms.ChoiceField(choices=[(one, one) for one in FOUND], required=False)
    microphone = forms.ChoiceField(choices=[(one, one) for one in FOUND], required=False)
    network = forms.ChoiceField(choices=[(one, one) for one in FOUND], required=False)

    def check(self) -> Check:
        said = self.cleaned_data
        return Check(said["camera"], said["microphone"], said["network"])


class TokenForm(forms.Form):
    token = forms.CharField(max_length=64)


class GuestForm(forms.Form):
    code = forms.CharField(
        max_length=_LONGEST_NAME, error_messages={"required": "Enter the code of the link"}
    )
    name = forms.CharField(max_length=_LONGEST_NAME, error_messages={"required": "Enter your name"})


class NoteForm(forms.Form):
    """To one who waits, or to all."""

    note = forms.ChoiceField(
        choices=[*((key, words) for key, (words, _) in NOTES.items()), (OTHER, "something else:")]
    )
    words = forms.CharField(required=False, max_length=LONGEST_NOTE)
    to = forms.UUIDField(required=False)

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        if said.get("note") == OTHER and not said.get("words", "").strip():
            self.add_error("words", "Enter what you want to say")
        return said

    def said(self) -> str:
        """Return what was typed, or else what was chosen."""
        typed: str = self.cleaned_data["words"]
        return " ".join(typed.split()) or str(self.cleaned_data["note"])


WITHIN = {"4": "4 weeks", "13": "3 months", "26": "6 months", "52": "12 months"}


class OutcomeForm(PlanWords):
    """How a consultation ends; a follow-up lets the patient book one more, or ask when to."""

    outcome = forms.ChoiceField(
        choices=[
            (Outcome.FOLLOW_UP, "See them again"),
            (Outcome.ON_REQUEST, "See them when they ask"),
            (Outcome.DISCHARGED, "Discharge them from this clinic"),
        ],
        error_messages={"required": "Choose what happens next"},
    )
    title = forms.CharField(required=False, max_length=_LONGEST_TITLE)
    within = forms.ChoiceField(choices=list(WITHIN.items()), required=False, initial="13")

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        outcome = said.get("outcome")
        is_next = outcome in {Outcome.FOLLOW_UP, Outcome.ON_REQUEST}
        if is_next and not said.get("title", "").strip():
            self.add_error("title", "Enter what the next visit is for")
        if outcome == Outcome.FOLLOW_UP and not said.get("within"):
            self.add_error("within", "Choose by when they may book it")
        if outcome == Outcome.ON_REQUEST:
            self.require_words()
        return said

    def last_day(self, today: date) -> date:
        return today + timedelta(weeks=int(self.cleaned_data["within"]))

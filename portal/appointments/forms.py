"""What a patient says on the pages of booking."""

import uuid
from typing import Any

from django import forms

from portal.appointments.actions import Why
from portal.appointments.resources import Details
from portal.appointments.rules import LONGEST_REASON, Mode

MOVE, CALL, CANCEL = "move", "call", "cancel"
_LONGEST_PHONE = 30
_DIGITS = range(7, 16)
_LIKE = "Enter a phone number, like 07700 900 982"


class TimeForm(forms.Form):
    """A time that was pressed: its slot and how, and which showing of the page it was.

    `longer`: what was shown goes on through the slot after it.
    """

    form = forms.UUIDField()
    time = forms.CharField(max_length=200)
    longer = forms.BooleanField(required=False)

    def clean_time(self) -> tuple[str, Mode]:
        slot, _, mode = self.cleaned_data["time"].rpartition("|")
        if not slot or mode not in list(Mode):
            raise forms.ValidationError("Choose a time")
        return slot, Mode(mode)

    def request(self) -> str:
        """Return what stands for this press: the same form and time again is the same asking."""
        slot, mode = self.cleaned_data["time"]
        lasts = "|longer" if self.cleaned_data["longer"] else ""
        return str(uuid.uuid5(self.cleaned_data["form"], f"{slot}|{mode}{lasts}"))


class Reason(forms.CharField):
    """Lines are counted as the browser counts them."""

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n")


class Phone(forms.CharField):
    def __init__(self) -> None:
        super().__init__(
            max_length=_LONGEST_PHONE,
            error_messages={
                "required": "Enter a phone number for this visit",
                "max_length": _LIKE,
            },
        )

    def clean(self, value: Any) -> str:
        phone: str = super().clean(value)
        digits = [one for one in phone if one.isascii() and one.isdigit()]
        if len(digits) not in _DIGITS or set(phone) - set("+() -.0123456789"):
            raise forms.ValidationError(_LIKE)
        return phone


class BookForm(forms.Form):
    reason = Reason(
        required=False,
        max_length=LONGEST_REASON,
        error_messages={
            "max_length": f"What you want to talk about must be {LONGEST_REASON} characters or less"
        },
    )
    phone = Phone()

    def details(self) -> Details:
        return Details(self.cleaned_data["reason"], self.cleaned_data["phone"])


class ChangeForm(forms.Form):
    act = forms.ChoiceField(
        choices=[
            (MOVE, "Choose a different time"),
            (CALL, "Have a phone call instead"),
            (CANCEL, "Cancel it"),
        ],
        error_messages={"required": "Choose what you would like to do"},
    )


class CancelForm(forms.Form):
    """Why somebody cancels, if they say so: nobody has to."""

    why = forms.ChoiceField(
        required=False,
        choices=[
            ("", "I would rather not say"),
            *((why.name, why.value) for why in Why if why != Why.NOT_SAID),
        ],
    )

    def reason(self) -> Why:
        said = "" if self.errors else self.cleaned_data["why"]
        return Why[said] if said else Why.NOT_SAID

"""Whose record it is, by what somebody at a bedside can find out, and why it cannot wait."""

from django import forms

from portal.emergency.rules import LONGEST_REASON, SHORTEST_REASON, WORDS
from portal.forms import DateOfBirth, NhsNumber


class WhoseForm(forms.Form):
    nhs_number = NhsNumber()
    born = DateOfBirth()


class WhyForm(forms.Form):
    why = forms.ChoiceField(
        choices=[(one.value, said) for one, said in WORDS.items()],
        error_messages={"required": "Choose why you need it now"},
    )
    reason = forms.CharField(
        min_length=SHORTEST_REASON,
        max_length=LONGEST_REASON,
        widget=forms.Textarea,
        error_messages={
            "required": "Say what is happening",
            "min_length": f"Say what is happening in {SHORTEST_REASON} characters or more",
            "max_length": f"Say what is happening in {LONGEST_REASON} characters or fewer",
        },
    )

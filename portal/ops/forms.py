"""What operators give a reason for."""

from django import forms

LONGEST = 300


class ReasonForm(forms.Form):
    reason = forms.CharField(
        max_length=LONGEST,
        error_messages={
            "required": "Enter a reason",
            "max_length": f"The reason must be {LONGEST} characters or fewer",
        },
    )

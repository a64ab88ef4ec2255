"""What somebody wants to be reminded of, and how."""

from django import forms


class ChoicesForm(forms.Form):
    reminders_by_email = forms.BooleanField(required=False)

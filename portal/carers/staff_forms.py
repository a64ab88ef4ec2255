"""What staff say of a child's parents: who one is, and what they may see as the child grows."""

from datetime import date
from typing import Any

from django import forms

from portal.carers import rules
from portal.carers.actions import Limits, Wish
from portal.carers.relationships import EVIDENCE, PARENTS
from portal.carers.scopes import KINDS
from portal.forms import DateOfBirth, NamedDay, NhsNumber

# In a patient's words, but said by somebody else.
_CHOICES = [(scope.key, scope.words.replace(" my ", " the ")) for scope in KINDS]


class ChildForm(forms.Form):
    nhs_number = NhsNumber()
    born = DateOfBirth()


class ParentForm(forms.Form):
    """A parent who is here, and what was seen of them."""

    name = forms.CharField(max_length=200, error_messages={"required": "Enter their name"})
    relationship = forms.ChoiceField(
        choices=PARENTS,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose who they are"},
    )
    email = forms.EmailField(max_length=254, error_messages={"required": "Enter their email"})
    evidence = forms.ChoiceField(
        choices=EVIDENCE,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what you were shown"},
    )
    identity = forms.BooleanField(
        error_messages={"required": "Check with photo ID who they are first"}
    )
    see = forms.MultipleChoiceField(
        choices=_CHOICES, error_messages={"required": "Choose at least one thing"}
    )

    def wish(self) -> Wish:
        given = self.cleaned_data
        limits = Limits(frozenset(given["see"]), None)
        return Wish(given["name"], given["email"], given["relationship"], limits)


class DecisionForm(forms.Form):
    """A professional's decision; nothing ticked means that parents see nothing."""

    see = forms.MultipleChoiceField(choices=_CHOICES, required=False)
    until = NamedDay("the last day", required=False)
    judged = forms.BooleanField(
        error_messages={"required": "Talk with the young person, and judge it, first"}
    )

    def __init__(self, *given: Any, born: date, today: date, **more: Any) -> None:
        super().__init__(*given, **more)
        self.last = rules.birthday(born, rules.ENDED_AT)
        self.today = today

    def clean_until(self) -> date:
        until: date | None = self.cleaned_data["until"]
        if until is None:
            raise forms.ValidationError("Enter until when this holds")
        if not self.today < until < self.last:
            raise forms.ValidationError("Choose a day after today and before the 16th birthday")
        return until

    def limits(self) -> Limits:
        return Limits(frozenset(self.cleaned_data["see"]), self.cleaned_data["until"])

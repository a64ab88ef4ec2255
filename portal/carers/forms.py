"""What a patient says of somebody who is to help, and what that person types to begin."""

from datetime import date, timedelta
from typing import Any

from django import forms

from portal.carers.actions import Limits, Wish
from portal.carers.relationships import CHOICES
from portal.carers.scopes import KINDS, SENSITIVE, USUAL
from portal.forms import DateOfBirth, NamedDay
from portal.record.dates import day

THREE_MONTHS, YEAR_END, ANOTHER, NEVER = "3m", "year", "date", "never"
SHORTEST_YEAR = timedelta(days=90)


class LimitsForm(forms.Form):
    """What is shared, and until when."""

    see = forms.MultipleChoiceField(
        choices=[(scope.key, scope.words) for scope in KINDS],
        error_messages={"required": "Choose at least one thing that they can see"},
    )
    private = forms.BooleanField(required=False)
    end = forms.ChoiceField(error_messages={"required": "Choose when it should end"})
    until = NamedDay("the last day", required=False)

    def __init__(self, *given: Any, today: date, **more: Any) -> None:
        super().__init__(*given, **more)
        self.today = today
        self.year_end = last_day_of_year(today)
        self.fields["end"].choices = [  # type: ignore[attr-defined]
            (THREE_MONTHS, "In 3 months"),
            (YEAR_END, f"On {day(self.year_end)}"),
            (ANOTHER, "On another date"),
            (NEVER, "When I stop it"),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("end") == ANOTHER and "until" in cleaned:
            if cleaned["until"] is None:
                self.add_error("until", "Enter the last day")
            elif cleaned["until"] <= self.today:
                self.add_error("until", "The last day must be in the future")
        return cleaned

    def limits(self) -> Limits:
        given = self.cleaned_data
        ends_on = {
            THREE_MONTHS: self.today + SHORTEST_YEAR,
            YEAR_END: self.year_end,
            ANOTHER: given["until"],
        }.get(given["end"])
        private = {SENSITIVE} if given["private"] else set()
        return Limits(frozenset(given["see"]) | private, ends_on)

    @staticmethod
    def shown(limits: Limits) -> dict[str, Any]:
        """Return limits as the form shows them."""
        return {
            "see": sorted(limits.scopes - {SENSITIVE}),
            "private": SENSITIVE in limits.scopes,
            "end": ANOTHER if limits.ends_on else NEVER,
            "until": limits.ends_on,
        }


class InviteForm(LimitsForm):
    name = forms.CharField(max_length=200, error_messages={"required": "Enter their name"})
    relationship = forms.ChoiceField(
        choices=[("", "Choose"), *CHOICES],
        error_messages={"required": "Choose who they are to you"},
    )
    email = forms.EmailField(
        max_length=254,
        error_messages={
            "required": "Enter their email address",
            "invalid": "Enter an email address in the correct format, like name@example.com",
        },
    )

    field_order = ("name", "relationship", "email", "see", "private", "end", "until")

    def wish(self) -> Wish:
        given = self.cleaned_data
        return Wish(given["name"], given["email"], given["relationship"], self.limits())


class BeginForm(forms.Form):
    """What is in the mail, and what is not."""

    code = forms.CharField(max_length=40, error_messages={"required": "Enter the code"})
    born = DateOfBirth()


def usual() -> dict[str, Any]:
    """Return what a new form has ticked: the least that is of use, and an end."""
    return {"see": sorted(USUAL), "end": YEAR_END}


def last_day_of_year(today: date) -> date:
    """Return 31 December: of next year, where this one is nearly over.

    >>> last_day_of_year(date(2026, 3, 12)), last_day_of_year(date(2026, 11, 22))
    (datetime.date(2026, 12, 31), datetime.date(2027, 12, 31))
    """
    this = today.replace(month=12, day=31)
    return this if this - today >= SHORTEST_YEAR else this.replace(year=today.year + 1)

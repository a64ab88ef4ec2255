"""What somebody says who books for several people: who comes, and which times."""

import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, cast

from django import forms

from portal.appointments.rules import Mode
from portal.appointments.together.companies import Company
from portal.appointments.together.rules import FEWEST, MOST

if TYPE_CHECKING:
    from django.http import QueryDict

_LONGEST: Final = 500


class WhoForm(forms.Form):
    """Which of a company come; at first all, so far as so many can be booked at once."""

    who = forms.MultipleChoiceField(error_messages={"required": f"Choose {FEWEST} people or more"})

    def __init__(self, given: Sequence[str], company: Company) -> None:
        super().__init__({"who": given or company.tickets[:MOST]})
        names = [(one.ticket.id, one.person.called) for one in company.members]
        self.fields["who"].choices = names  # type: ignore[attr-defined]

    def clean_who(self) -> list[str]:
        chosen: list[str] = self.cleaned_data["who"]
        if len(chosen) < FEWEST:
            raise forms.ValidationError(f"Choose {FEWEST} people or more")
        if len(chosen) > MOST:
            raise forms.ValidationError(f"Choose no more than {MOST} people")
        return chosen


class RunForm(forms.Form):
    """The times that were pressed, a slot for each person, and which showing of the page it was."""

    form = forms.UUIDField()
    time = forms.CharField(max_length=_LONGEST)

    def clean_time(self) -> tuple[list[str], Mode]:
        slots, _, mode = self.cleaned_data["time"].rpartition("|")
        if not slots or mode not in list(Mode):
            raise forms.ValidationError("Choose a time")
        return slots.split(","), Mode(mode)

    def who(self) -> list[str]:
        """Return the tickets of those who come, each once."""
        return list(dict.fromkeys(cast("QueryDict", self.data).getlist("who")))

    def batch(self) -> uuid.UUID:
        """Return what stands for this press: the same form, times and people are one asking."""
        pressed = "|".join([self.data["time"], *self.who()])
        return uuid.uuid5(self.cleaned_data["form"], pressed)

"""What a clinician says of a follow-up."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from django import forms

from portal.appointments import said
from portal.appointments.rules import Mode
from portal.appointments.tickets import Order

_MOST_WEEKS: Final = 52
_WEEKS: Final = f"Enter a number of weeks from 0 to {_MOST_WEEKS}"
_LATE: Final = "The last week must be later than the first"
_SERVICE: Final = "Choose the service"


class Weeks(forms.IntegerField):
    def __init__(self) -> None:
        said_ = dict.fromkeys(("required", "invalid", "min_value", "max_value"), _WEEKS)
        super().__init__(min_value=0, max_value=_MOST_WEEKS, error_messages=said_)


class FollowUpForm(forms.Form):
    """Who is to see the patient, for what, how and by when."""

    title = forms.CharField(
        max_length=100,
        error_messages={
            "required": "Enter what the visit is for",
            "max_length": "What the visit is for must be 100 characters or less",
        },
    )
    service = forms.ChoiceField(
        error_messages=dict.fromkeys(("required", "invalid_choice"), _SERVICE)
    )
    modes = forms.MultipleChoiceField(
        choices=[(one.value, said.WAYS[one]) for one in Mode],
        error_messages={"required": "Choose at least one way in which they can be seen"},
    )
    only_me = forms.BooleanField(required=False)
    is_urgent = forms.BooleanField(required=False)
    earliest = Weeks()
    latest = Weeks()
    form_id = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(
        self, *given: Any, services: Mapping[str, str], clinician: str, **more: Any
    ) -> None:
        super().__init__(*given, **more)
        self.services, self.clinician = services, clinician
        self.fields["service"].choices = [("", "Choose"), *services.items()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        earliest, latest = cleaned.get("earliest"), cleaned.get("latest")
        if earliest is not None and latest is not None and latest <= earliest:
            self.add_error("latest", _LATE)
        return cleaned

    def order(self, today: date) -> Order:
        given = self.cleaned_data
        return Order(
            service=given["service"],
            service_name=self.services[given["service"]],
            title=given["title"],
            modes=given["modes"],
            clinician=self.clinician if given["only_me"] else "",
            first_day=today + timedelta(weeks=given["earliest"]),
            last_day=today + timedelta(weeks=given["latest"]),
            priority="urgent" if given["is_urgent"] else "routine",
        )

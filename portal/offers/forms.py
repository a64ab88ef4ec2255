"""When somebody could come sooner."""

from calendar import day_name
from collections.abc import Sequence
from typing import Any

from django import forms

from portal.offers import rules
from portal.offers.wishes import Wanted

_DAYS = {1: "1 day", 2: "2 days", 3: "3 days", 7: "1 week", 14: "2 weeks"}


class WishForm(forms.Form):
    days_notice = forms.ChoiceField(
        choices=[(str(days), _DAYS[days]) for days in rules.NOTICE],
        error_messages={"required": "Choose how long before you need to know"},
    )
    weekdays = forms.MultipleChoiceField(
        choices=[(str(number), day_name[number - 1]) for number in rules.WEEKDAYS],
        error_messages={"required": "Choose at least one day"},
    )
    locations = forms.MultipleChoiceField(
        error_messages={"required": "Choose at least one place"},
    )

    def __init__(self, *args: Any, places: Sequence[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self._places = len(places)
        field: Any = self.fields["locations"]
        field.choices = places
        if len(places) < 2:  # noqa: PLR2004 (nothing to choose between)
            del self.fields["locations"]

    def wanted(self) -> Wanted:
        """Return what was said; all places is any place, of those to come too."""
        said = self.cleaned_data.get("locations", [])
        return Wanted(
            days_notice=int(self.cleaned_data["days_notice"]),
            weekdays=[int(one) for one in self.cleaned_data["weekdays"]],
            locations=[] if len(said) == self._places else said,
        )

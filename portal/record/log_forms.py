"""From when to when somebody wants to see who looked."""

from typing import Any

from django import forms

_NO_DATE = "Enter a date, like 1 3 2026"


class Day(forms.DateField):
    """A day as a browser's own field sends it, or as people type it where there is none."""

    widget = forms.DateInput(attrs={"type": "date"})

    def __init__(self) -> None:
        formats = ["%Y-%m-%d", "%d/%m/%Y", "%d %m %Y", "%d.%m.%Y"]
        super().__init__(
            required=False, input_formats=formats, error_messages={"invalid": _NO_DATE}
        )


class SpanForm(forms.Form):
    since = Day()
    until = Day()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        since, until = given.get("since"), given.get("until")
        if since and until and since > until:
            self.add_error("until", "The last day must be the first day or later")
        return given

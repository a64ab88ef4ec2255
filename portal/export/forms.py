"""What people choose: how far back a copy goes, which parts, how long a link works."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

from django import forms

from portal.export.parts import ABOUT, Part
from portal.forms import NamedDay
from portal.record.dates import LONDON, local

RECENT, FROM, ALL = "2y", "from", "all"
YEARS_BACK = timedelta(days=731)
SPANS = {"15m": timedelta(minutes=15), "30m": timedelta(minutes=30), "1d": timedelta(days=1),
         "7d": timedelta(days=7)}  # fmt: skip
SPAN_WORDS = {"15m": "15 minutes", "30m": "30 minutes", "1d": "1 day", "7d": "7 days"}


class CopyForm(forms.Form):
    span = forms.ChoiceField(
        choices=[(RECENT, "The last 2 years"), (FROM, "From a day I choose"), (ALL, "Everything")],
        initial=ALL,
        error_messages={"required": "Choose how far back your copy should go"},
    )
    start = NamedDay("the first day", required=False)
    parts = forms.MultipleChoiceField(
        error_messages={"required": "Choose at least one part of your record"}
    )

    def __init__(self, *given: Any, parts: Sequence[Part], now: datetime, **more: Any) -> None:
        super().__init__(*given, **more)
        self.now = now
        self.fields["parts"].choices = choices(parts)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("span") == FROM and "start" in cleaned:
            if cleaned["start"] is None:
                self.add_error("start", "Enter the first day")
            elif cleaned["start"] > local(self.now).date():
                self.add_error("start", "The first day must not be in the future")
        return cleaned

    def since(self) -> datetime | None:
        """Return from when on things are wanted; None is all of them."""
        match self.cleaned_data["span"]:
            case "2y":
                return self.now - YEARS_BACK
            case "from":
                return datetime.combine(self.cleaned_data["start"], time.min, LONDON)
        return None


class LinkForm(forms.Form):
    label = forms.CharField(max_length=60, error_messages={"required": "Say who the link is for"})
    parts = forms.MultipleChoiceField(
        error_messages={"required": "Choose at least one part of your record"}
    )
    lasts = forms.ChoiceField(
        choices=list(SPAN_WORDS.items()),
        initial="30m",
        error_messages={"required": "Choose how long the link should work"},
    )

    def __init__(self, *given: Any, parts: Sequence[Part], **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["parts"].choices = choices(parts)  # type: ignore[attr-defined]


class OpenForm(forms.Form):
    code = forms.CharField(max_length=40, error_messages={"required": "Enter the code of the link"})
    passcode = forms.CharField(max_length=20, error_messages={"required": "Enter the passcode"})


def choices(parts: Sequence[Part]) -> list[tuple[str, str]]:
    return [(part.key, part.title) for part in parts if part.key != ABOUT]

"""What people choose: how far back a copy goes, which parts, how long a link works."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms

from portal.export.parts import ABOUT, Part

RECENT, ALL = "2y", "all"
SPANS = {"15m": timedelta(minutes=15), "30m": timedelta(minutes=30), "1d": timedelta(days=1),
         "7d": timedelta(days=7)}  # fmt: skip
SPAN_WORDS = {"15m": "15 minutes", "30m": "30 minutes", "1d": "1 day", "7d": "7 days"}


class CopyForm(forms.Form):
    span = forms.ChoiceField(
        choices=[(RECENT, "The last 2 years"), (ALL, "Everything")],
        initial=ALL,
        error_messages={"required": "Choose how far back your copy should go"},
    )
    parts = forms.MultipleChoiceField(
        error_messages={"required": "Choose at least one part of your record"}
    )

    def __init__(self, *given: Any, parts: Sequence[Part], **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["parts"].choices = choices(parts)  # type: ignore[attr-defined]


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

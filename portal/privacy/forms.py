"""What a patient asks, and what the privacy team answers."""

from typing import Any

from django import forms

from portal.privacy.rules import LONGEST_ANSWER, LONGEST_QUESTION


class Words(forms.CharField):
    """Some sentences; a line break counts as one character, as it does while typing."""

    widget = forms.Textarea

    def __init__(self, most: int, what: str, **given: Any) -> None:
        errors = {
            "required": f"Enter {what}",
            "max_length": f"{what.capitalize()} must be {most} characters or fewer",
        }
        super().__init__(max_length=most, error_messages=errors, **given)

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        return text.replace("\r\n", "\n")


class WhyForm(forms.Form):
    words = Words(LONGEST_QUESTION, "your question", required=False)


class AnswerForm(forms.Form):
    answer = Words(LONGEST_ANSWER, "an answer")

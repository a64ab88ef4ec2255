"""What a clinician types when deciding on a result."""

from typing import Any

from django import forms

from portal.results.actions import MOST_WORDS, Told

TOLD = ((Told.PHONE, "Told by phone"), (Told.PERSON, "Told in person"), (Told.NOT_YET, "Not yet"))


class Words(forms.CharField):
    """Some sentences; a line break counts as one character, as it does while typing."""

    widget = forms.Textarea

    def __init__(self, what: str, **given: Any) -> None:
        errors = {
            "required": f"Enter {what}",
            "max_length": f"{what.capitalize()} must be {MOST_WORDS} characters or fewer",
        }
        super().__init__(max_length=MOST_WORDS, error_messages=errors, **given)

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        return text.replace("\r\n", "\n")


class ReleaseForm(forms.Form):
    seen = forms.CharField(widget=forms.HiddenInput)
    told = forms.ChoiceField(
        choices=TOLD, error_messages={"required": "Say whether the patient has been told"}
    )
    comment = Words("a comment", required=False)


class HoldForm(forms.Form):
    seen = forms.CharField(widget=forms.HiddenInput)
    reason = Words("a reason")


class TogetherForm(forms.Form):
    """One decision on many; each is named with the versions that were on the page."""

    chosen = forms.MultipleChoiceField(
        error_messages={
            "required": "Choose at least one result",
            "invalid_choice": "Nothing was released: a result has changed. Look again",
        }
    )

    def __init__(self, *given: Any, choices: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*given, **more)
        chosen = self.fields["chosen"]
        if isinstance(chosen, forms.MultipleChoiceField):
            chosen.choices = choices

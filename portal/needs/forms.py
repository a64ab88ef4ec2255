"""What somebody needs, as a form."""

from typing import Any, Final

from django import forms

from portal.appointments import said
from portal.appointments.forms import Reason
from portal.needs import kinds
from portal.needs.flags import Needs
from portal.needs.rules import LONGEST_LANGUAGE, LONGEST_WORDS
from portal.record import words

NONE, SIGNED, SPOKEN = "none", "signed", "spoken"
_OTHER: Final = "other"
_CHOOSE: Final = "Choose a language"


def _ticks(group: str) -> forms.MultipleChoiceField:
    choices = [(one.key, one.asked) for one in kinds.KINDS if one.group == group]
    return forms.MultipleChoiceField(
        choices=choices,
        required=False,
        error_messages={"invalid_choice": "Choose from the list", "invalid_list": "Choose again"},
    )


class NeedsForm(forms.Form):
    interpreter = forms.ChoiceField(
        choices=[
            (NONE, "No"),
            (SIGNED, "Yes, British Sign Language (BSL)"),
            (SPOKEN, "Yes, another language"),
        ],
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), "Choose whether an interpreter is needed"
        ),
    )
    language = forms.ChoiceField(
        choices=[
            ("", _CHOOSE),
            *((code, name) for code, name in said.LANGUAGES.items() if code != kinds.SIGNED),
            (_OTHER, "A language that is not in this list"),
        ],
        required=False,
        error_messages={"invalid_choice": _CHOOSE},
    )
    other = forms.CharField(
        required=False,
        max_length=LONGEST_LANGUAGE,
        error_messages={
            "max_length": f"The language must be {LONGEST_LANGUAGE} characters or less"
        },
    )
    formats = _ticks(kinds.FORMATS)
    contact = _ticks(kinds.CONTACT)
    visits = _ticks(kinds.VISITS)
    words = Reason(
        required=False,
        max_length=LONGEST_WORDS,
        error_messages={
            "max_length": f"What else is needed must be {LONGEST_WORDS} characters or less"
        },
    )
    seen = forms.CharField(max_length=16, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("interpreter") == SPOKEN and "language" not in self.errors:
            if not given.get("language"):
                self.add_error("language", _CHOOSE)
            elif given["language"] == _OTHER and not given.get("other", _OTHER):
                self.add_error("other", "Enter the language")
        return given

    def needs(self) -> Needs:
        given = self.cleaned_data
        wants = given["interpreter"]
        spoken = given["language"] if wants == SPOKEN else ""
        return Needs(
            frozenset(given["formats"] + given["contact"] + given["visits"]),
            kinds.SIGNED if wants == SIGNED else "" if spoken == _OTHER else spoken,
            words.plain(given["other"]) if spoken == _OTHER else "",
            words.plain(given["words"]),
        )


def typed_before(needs: Needs) -> dict[str, Any]:
    """Return what was said as the form has it."""
    ticked = {
        group: [one.key for one in kinds.KINDS if one.group == group and one.key in needs.ticked]
        for group in (kinds.FORMATS, kinds.CONTACT, kinds.VISITS)
    }
    is_signed = needs.language == kinds.SIGNED
    language = "" if is_signed else needs.language
    return {
        **ticked,
        "interpreter": SIGNED if is_signed else SPOKEN if language or needs.other else NONE,
        "language": _OTHER if needs.other else language,
        "other": needs.other,
        "words": needs.words,
    }

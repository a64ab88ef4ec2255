"""Form fields that browsers do not have: what is asked for in the NHS's way, checked in one place.

Templates draw them, and Django's own, with the macros of ``forms/fields.html``.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from fhir.matching import BadNhsNumber, checked_nhs_number


class DateParts(forms.MultiWidget):
    """Day, month and year as three inputs: `born_0`, `born_1`, `born_2`."""

    def __init__(self) -> None:
        super().__init__([forms.TextInput() for _ in range(3)])

    def id_for_label(self, id_: str, index: str = "0") -> str:
        """Return the id of the part to which a label, or a fault, leads."""
        return f"{id_}_{index}" if id_ else ""

    def decompress(self, value: date | None) -> list[int | None]:
        return [value.day, value.month, value.year] if value else [None, None, None]


class DateOfBirth(forms.MultiValueField):
    widget = DateParts

    def __init__(self, **given: Any) -> None:
        parts = [forms.IntegerField(min_value=1, max_value=most) for most in (31, 12, 9999)]
        super().__init__(
            fields=parts,
            error_messages={
                "required": "Enter a date of birth",
                "incomplete": "The date of birth must include a day, month and year",
                "invalid": "The date of birth must be a real date",
            },
            **given,
        )

    def clean(self, value: Any) -> date:
        typed = [bool(part and part.strip()) for part in value or ()]
        if any(typed) and not all(typed):
            raise self._refusal("incomplete")
        try:
            born: date = super().clean(value)
        except forms.ValidationError as refused:
            # A part's own words ("Enter a whole number") would not say which date is meant.
            is_absent = refused.error_list[0].code == "required"
            raise self._refusal("required" if is_absent else "invalid") from None
        return born

    def compress(self, data_list: Sequence[int]) -> date:
        day, month, year = data_list
        try:
            return date(year, month, day)
        except ValueError:
            raise self._refusal("invalid") from None

    def _refusal(self, code: str) -> forms.ValidationError:
        return forms.ValidationError(self.error_messages[code], code=code)


class NamedDay(DateOfBirth):
    """A day asked for in three parts; `name` says which, as in "the last day"."""

    def __init__(self, name: str, **given: Any) -> None:
        super().__init__(**given)
        begun = f"{name[:1].upper()}{name[1:]}"
        self.error_messages |= {
            "required": f"Enter {name}",
            "incomplete": f"{begun} must include a day, month and year",
            "invalid": f"{begun} must be a real date",
        }

    def compress(self, data_list: Any) -> Any:
        return super().compress(data_list) if data_list else None


class NhsNumber(forms.CharField):
    def __init__(self, **given: Any) -> None:
        required = {"required": "Enter an NHS number"}
        super().__init__(max_length=20, error_messages=required, **given)

    def clean(self, value: Any) -> str:
        typed: str = super().clean(value)
        if not typed:
            return ""  # Where none is required.
        try:
            return checked_nhs_number(typed)
        except BadNhsNumber:
            raise forms.ValidationError(
                "An NHS number has 10 digits, like 999 000 0018. Check it for mistakes"
            ) from None

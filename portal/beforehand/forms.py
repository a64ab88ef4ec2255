"""What a patient, or whoever helps them, says before a visit."""

from typing import Any

from django import forms

from portal.appointments.forms import Phone, Reason
from portal.beforehand.answers import Answers
from portal.beforehand.rules import LONGEST_MEDICINES, LONGEST_NEEDS

RIGHT, DIFFERENT = "right", "different"


class BeforeForm(forms.Form):
    """Medicines are asked of those alone to whom they can be shown."""

    phone = Phone()
    needs = Reason(
        required=False,
        max_length=LONGEST_NEEDS,
        error_messages={
            "max_length": f"What we should have ready must be {LONGEST_NEEDS} characters or less"
        },
    )
    list = forms.ChoiceField(
        choices=[(RIGHT, "Yes, it is right"), (DIFFERENT, "No, something is different")],
        error_messages={"required": "Choose whether the list of medicines is right"},
    )
    medicines = Reason(
        required=False,
        max_length=LONGEST_MEDICINES,
        error_messages={
            "max_length": f"What is different must be {LONGEST_MEDICINES} characters or less"
        },
    )
    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, asks_medicines: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        if not asks_medicines:
            del self.fields["list"], self.fields["medicines"]

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        if said.get("list") == DIFFERENT and not said.get("medicines"):
            self.add_error("medicines", "Enter what is different about your medicines")
        return said

    def answers(self, before: Answers) -> Answers:
        """Return what is said; of medicines that were not asked about, what was said before."""
        said = self.cleaned_data
        made = Answers(said["phone"], said["needs"])
        if "list" not in self.fields:
            return made.with_medicines_of(before)
        is_right = said["list"] == RIGHT
        medicines = Answers(is_list_right=is_right, medicines="" if is_right else said["medicines"])
        return made.with_medicines_of(medicines)


def typed_before(answers: Answers) -> dict[str, str]:
    """Return what was said as the form has it."""
    chosen = {True: RIGHT, False: DIFFERENT, None: ""}[answers.is_list_right]
    return {
        "phone": answers.phone,
        "needs": answers.needs,
        "list": chosen,
        "medicines": answers.medicines,
    }

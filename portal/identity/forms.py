"""What people type about themselves and their second step; allauth's own forms in our words."""

from datetime import datetime
from typing import Any

from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from portal import clock
from portal.forms import DateOfBirth, NhsNumber
from portal.identity import mails, second_factor, sessions
from portal.identity.models import ActivationCode, User
from portal.record import dates


class CodeForm(forms.Form):
    """What is on the slip, and what is not."""

    code = forms.CharField(max_length=40, error_messages={"required": "Enter your code"})
    born = DateOfBirth()


class NewLoginForm(forms.Form):
    email = forms.EmailField(
        max_length=254,
        error_messages={
            "required": "Enter your email address",
            "invalid": "Enter an email address in the correct format, like name@example.com",
        },
    )
    password = forms.CharField(
        max_length=128,
        strip=False,
        widget=forms.PasswordInput,
        error_messages={"required": "Enter a password"},
    )

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, User(email=self.cleaned_data.get("email", "")))
        return password


class PersonForm(forms.Form):
    """Whom a member of staff has before them, by one of two numbers."""

    nhs_number = NhsNumber(required=False)
    hospital_number = forms.CharField(
        max_length=64,
        required=False,
        error_messages={"max_length": "A hospital number has 64 characters or fewer"},
    )
    born = DateOfBirth()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        numbers = [cleaned.get("nhs_number"), cleaned.get("hospital_number")]
        if all(numbers):
            self.add_error("hospital_number", "Enter one of the two numbers, not both")
        if not any(numbers) and "nhs_number" in cleaned and "hospital_number" in cleaned:
            self.add_error("nhs_number", "Enter an NHS number or a hospital number")
        return cleaned


class ChecksForm(forms.Form):
    """How the member of staff knows who it is."""

    in_person = forms.BooleanField(
        error_messages={"required": "A code is only given to the person, here"}
    )
    evidence = forms.ChoiceField(
        choices=ActivationCode.Evidence.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what you were shown"},
    )
    details = forms.BooleanField(
        error_messages={"required": "Name, date of birth and address must match"}
    )


class _Counted:
    """Counts wrong codes, and refuses all of them while the account is locked."""

    user: User

    def clean_code(self) -> str:
        now = clock.now()
        if until := second_factor.locked_until(self.user, now):
            raise _is_locked(until)
        try:
            code: str = super().clean_code()  # type: ignore[misc]
            if not second_factor.use_up(self.user, "".join(code.split())):
                raise get_adapter().validation_error("incorrect_code")
        except ValidationError as refused:
            is_wrong = refused.code == "incorrect_code"
            until = second_factor.count_failure(self.user, now) if is_wrong else None
            if until is None:
                raise
            mails.tell(self.user, "account/email/locked", until=dates.moment(until))
            raise _is_locked(until) from refused
        second_factor.forget_failures(self.user)
        return code


class SecondStepForm(_Counted, AuthenticateForm):
    """Named in settings.MFA_FORMS, as are those below."""


class ProveAgainForm(_Counted, ReauthenticateForm):
    pass


class AddAppForm(ActivateTOTPForm):
    def clean_code(self) -> str:
        code: str = super().clean_code()
        sessions.prove_second_factor(context.request.session, self.user, clock.now())
        return code


class AddPasskeyForm(AddWebAuthnForm):
    # A passkey that signs in alone is two steps in one: the device, and its owner's finger or face.
    passwordless = forms.BooleanField(required=False, initial=True)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        if cleaned.get("credential") and not self.errors:
            sessions.prove_second_factor(context.request.session, self.user, clock.now())
        return cleaned


def _is_locked(until: datetime) -> ValidationError:
    return ValidationError(
        f"A wrong code was entered 5 times. Your login is locked until {dates.clock(until)}",
        code="locked",
    )

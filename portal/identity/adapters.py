"""How allauth signs our users in: no sign-up, a second factor kept secret, plain words."""

import time
from datetime import datetime
from typing import Any, cast

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.stagekit import clear_login
from allauth.core import context as current
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.core.mail import EmailMessage
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from portal import brand, clock
from portal.ciphers import ciphers
from portal.drafts import keeping
from portal.identity import activation, doors, mails, second_factor, sessions
from portal.identity.models import Role, User

_SECOND_FACTORS = "second factors"

# Said at the top of the next page; what is not here needs no saying.
SAID = {
    "account/messages/password_changed.txt": "Your password has been changed.",
    "mfa/messages/totp_activated.txt": "Your authenticator app has been added.",
    "mfa/messages/totp_deactivated.txt": "Your authenticator app has been removed.",
    "mfa/messages/webauthn_added.txt": "Your passkey has been added.",
    "mfa/messages/webauthn_removed.txt": "Your passkey has been removed.",
}


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": "This login is closed. Call us if you think it should not be.",
        "email_password_mismatch": "The email address or the password is wrong",
        "enter_current_password": "The current password is wrong",
        "incorrect_code": "The code is wrong. Check it and try again",
        "incorrect_password": "The password is wrong",
        "rate_limited": "That was too many tries. Wait a few minutes and try again",
        "too_many_login_attempts": "That was too many tries. Wait a few minutes and try again",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def pre_login(self, request: HttpRequest, user: User, **hooks: Any) -> HttpResponse | None:
        if until := second_factor.locked_until(user, clock.now()):
            clear_login(request)
            return locked(request, until)
        response: HttpResponse | None = super().pre_login(request, user, **hooks)
        return response

    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        records = get_authentication_records(request, user)
        proved = any(record["method"] == "mfa" for record in records)
        sessions.begin(request, user, clock.now(), second_factor=proved)
        second_factor.forget_failures(user)
        activation.finish(request, user)

    def logout(self, request: HttpRequest) -> None:
        sessions.end(request)

    def set_password(self, user: User, password: str) -> None:
        super().set_password(user, password)
        request = current.request
        is_own = request.user.is_authenticated and request.user.pk == user.pk
        sessions.end_all(user, spare=request.session if is_own else None)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        user = cast("User", request.user)
        if sessions.current_link(user):
            return "/"
        return doors.HOMES.get(Role(user.role), reverse("account"))

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        """Return the page that says so; it is asked for before the session ends."""
        signed_in = request.user.is_authenticated and isinstance(request.user, User)
        is_kept = signed_in and keeping.is_kept_for(cast("User", request.user), clock.now())
        return reverse("account_signed_out") + ("?kept=1" if is_kept else "")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002
        return reverse("account")

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Not just after signing in: the password would be asked for twice in a minute."""
        if not super().is_reauthentication_required(app=app, **kwargs):
            return False
        request = current.request
        records = get_authentication_records(request, request.user)
        since = time.time() - max((record["at"] for record in records), default=0.0)
        return bool(since >= app_settings.REAUTHENTICATION_TIMEOUT)

    def add_message(  # noqa: PLR0913, PLR0917 (allauth's own)
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,  # noqa: ARG002
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        if said := message or SAID.get(message_template or ""):
            messages.add_message(request, level, said, extra_tags=extra_tags)

    def send_account_already_exists_mail(self, email: str) -> None:
        self.send_mail(
            "account/email/account_already_exists",
            email,
            {
                "activate_url": mails.address_of("account_activate"),
                "password_reset_url": mails.address_of("account_reset_password"),
            },
        )

    def render_mail(
        self,
        template_prefix: str,
        email: str | list[str],
        context: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> EmailMessage:
        mail = mails.written(template_prefix, context)
        to = [email] if isinstance(email, str) else email
        return EmailMessage(mail.subject, mail.text, self.get_from_email(), to, headers=headers)


class MfaAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": "You need at least one second step. Add another one first.",
        "incorrect_code": "The code is wrong. Check it and try again",
    }

    def encrypt(self, text: str) -> str:
        return ciphers(_SECOND_FACTORS).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return ciphers(_SECOND_FACTORS).decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        others = Authenticator.objects.filter(user=authenticator.user).exclude(pk=authenticator.pk)
        return bool(others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists())

    def generate_authenticator_name(self, user: User, type: str) -> str:  # noqa: A002
        count = Authenticator.objects.filter(user=user, type=type).count()
        return f"Passkey {count + 1}" if count else "Passkey"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return entity | {"name": brand.current().name}


def locked(request: HttpRequest, until: datetime) -> HttpResponse:
    return render(request, "account/locked.html", {"until": until}, status=403)

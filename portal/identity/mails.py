"""What we say by email about signing in. Never a clinical word: others read email too."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse

from portal import brand
from portal.identity.models import User


@dataclass(frozen=True, slots=True)
class Mail:
    subject: str
    text: str


_NOT_YOU = "If this was not you, call us on {phone} as soon as you can."

# By the names that allauth gives them, and two of our own.
MAILS = {
    "account/email/account_already_exists": Mail(
        "You already have a login",
        "Somebody, we hope you, tried to make a login with this email address. There is one"
        " already.\n\nTo use your activation code with it, sign in first and then enter the"
        " code:\n{activate_url}\n\nForgotten your password? {password_reset_url}",
    ),
    "account/email/email_confirmation": Mail(
        "{code} is your code",
        "Your code is {code}\n\nEnter it on the page that asked for it. It can be used once, in"
        " the next 15 minutes. We will never ring to ask for it.",
    ),
    "account/email/unknown_account": Mail(
        "There is no login with this email address",
        "Somebody, we hope you, asked to reset the password of a login with this email address."
        " There is none. You may have used another address.\n\nIf it was not you, you need do"
        " nothing.",
    ),
    "account/email/password_reset_key": Mail(
        "Choose a new password",
        "To choose a new password, open this page in the next hour:\n{password_reset_url}\n\nIf"
        " you did not ask for this, you need do nothing. Your password stays as it is.",
    ),
    "account/email/password_reset": Mail(
        "Your password has been changed", "Your password has been changed.\n\n" + _NOT_YOU
    ),
    "account/email/password_changed": Mail(
        "Your password has been changed",
        "Your password has been changed. You have been signed out everywhere else.\n\n" + _NOT_YOU,
    ),
    "mfa/email/totp_activated": Mail(
        "An authenticator app has been added",
        "An authenticator app has been added to your login.\n\n" + _NOT_YOU,
    ),
    "mfa/email/totp_deactivated": Mail(
        "Your authenticator app has been removed",
        "The authenticator app has been removed from your login.\n\n" + _NOT_YOU,
    ),
    "mfa/email/webauthn_added": Mail(
        "A passkey has been added", "A passkey has been added to your login.\n\n" + _NOT_YOU
    ),
    "mfa/email/webauthn_removed": Mail(
        "A passkey has been removed", "A passkey has been removed from your login.\n\n" + _NOT_YOU
    ),
    "mfa/email/recovery_codes_generated": Mail(
        "You have new recovery codes",
        "New recovery codes have been made for your login. The old ones no longer work.\n\n"
        + _NOT_YOU,
    ),
    "account/email/locked": Mail(
        "Your login is locked for a while",
        "A wrong code was entered 5 times after your password, so we have locked your login until"
        " {until}. After that you can sign in again.\n\nWhoever it was knows your password. If it"
        " was not you, choose a new one: {password_reset_url}\n\nIf you need help, call us on"
        " {phone}.",
    ),
    "account/email/link_ended": Mail(
        "Your login has been disconnected",
        "A new activation code has been used, so this login no longer opens your account with"
        " us.\n\n" + _NOT_YOU,
    ),
}
MAILS["account/email/email_confirmation_signup"] = MAILS["account/email/email_confirmation"]


def written(name: str, given: Mapping[str, Any]) -> Mail:
    """Return one of these mails with its gaps filled in."""
    return filled(MAILS[name], given)


def filled(mail: Mail, given: Mapping[str, Any]) -> Mail:
    current = brand.current()
    gaps = dict(given) | {"phone": current.phone}
    text = f"{mail.text.format_map(gaps)}\n\n{current.name}\n"
    return Mail(mail.subject.format_map(gaps), text)


def tell(user: User, name: str, **gaps: object) -> None:
    """Send one of our own mails to a user."""
    given = {"password_reset_url": address_of("account_reset_password")} | gaps
    mail = written(name, given)
    EmailMessage(mail.subject, mail.text, settings.DEFAULT_FROM_EMAIL, [user.email]).send()


def address_of(page: str) -> str:
    return f"{settings.BASE_URL}{reverse(page)}"

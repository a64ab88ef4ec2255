"""Signs people in without the pages: a session as allauth and ours leave it."""

import time

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.http import HttpRequest
from django.test import Client

from portal import clock
from portal.identity import actions, sessions
from portal.identity.models import ActivationCode, Link, Role, User

PASSWORD = "blue kettle under stairs"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
APP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def a_login(name: str, role: Role = Role.NONE, **fields: object) -> User:
    """Make a login whose email address is proved."""
    email = f"{name.lower().replace(' ', '.')}@example.org"
    return actions.open_account(email=email, password=PASSWORD, name=name, role=role, **fields)


def linked(user: User, patient: str) -> Link:
    """Link a login with a record, as a used code would."""
    method = Link.Method.ACTIVATION_CODE
    return Link.objects.create(user=user, patient=patient, method=method, linked_at=clock.now())


def signed_in(user: User, client: Client | None = None, *, second_factor: bool = True) -> Client:
    """Return a browser in which `user` has signed in, with the second step unless told not to."""
    browser = client or Client()
    browser.force_login(user, backend=BACKEND)
    request = HttpRequest()
    request.session = browser.session
    sessions.begin(request, user, clock.now(), second_factor=second_factor)
    request.session.save()
    return browser


def with_app(user: User) -> User:
    """Give the login an authenticator app."""
    secret = get_adapter().encrypt(APP_SECRET)
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": secret})
    return user


def app_code(steps: int = 0) -> str:
    """Return what the app shows now, or some steps of 30 seconds later."""
    return format_hotp_value(hotp_value(APP_SECRET, int(time.time()) // 30 + steps))


def a_code(patient: str, by: User, evidence: str = ActivationCode.Evidence.PASSPORT) -> str:
    return actions.give_code(patient=patient, evidence=evidence, by=by, now=clock.now())

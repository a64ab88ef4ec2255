import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import validate_totp_code
from django.contrib.auth import authenticate
from django.urls import reverse

from portal.identity.models import Link, Role, User
from portal.simulator import bundles, cast
from portal.simulator.accounts import (
    ACCOUNTS,
    PASSWORD,
    hand_over,
    name_professionals,
    open_accounts,
)
from portal.simulator.messages import registered
from tests.portal.simulator.arriving import bundle_arrives, message_arrives

pytestmark = pytest.mark.django_db


def test_everybody_gets_an_account_once():
    open_accounts()
    open_accounts()

    assert User.objects.count() == len(ACCOUNTS)
    assert Authenticator.objects.filter(type="totp").count() == len(ACCOUNTS)


def test_the_printed_password_and_code_are_the_right_ones():
    open_accounts()

    for account in ACCOUNTS:
        assert authenticate(username=account.email, email=account.email, password=PASSWORD)
        assert validate_totp_code(account.secret, account.code(time.time()))


def test_no_two_accounts_share_a_secret():
    assert len({account.secret for account in ACCOUNTS}) == len(ACCOUNTS)


def test_a_patient_is_linked_by_a_code_from_the_office(now):
    open_accounts()
    message_arrives(registered(cast.AMINA, now))

    hand_over(cast.AMINA, now)
    hand_over(cast.AMINA, now)

    link = Link.objects.get()
    assert link.user.email == cast.AMINA.email
    assert link.method == Link.Method.ACTIVATION_CODE
    assert link.linked_at == now


def test_somebody_who_has_not_arrived_is_not_linked(now):
    open_accounts()

    with pytest.raises(LookupError, match="Ben Carter"):
        hand_over(cast.BEN, now)


def test_clinicians_are_who_the_record_says_they_are():
    open_accounts()
    bundle_arrives(bundles.staff())

    name_professionals()

    clinicians = User.objects.filter(role=Role.CLINICIAN)
    assert clinicians.count() == 3
    assert all(len(user.practitioners) == 1 for user in clinicians)
    assert len({user.practitioners[0] for user in clinicians}) == 3


def test_editors_may_open_the_content_admin(client):
    open_accounts()
    editor = User.objects.get(email="jo@millbrook.example")

    assert editor.groups.exists()
    assert editor.has_perm("wagtailadmin.access_admin")
    assert reverse("wagtailadmin_home").startswith("/cms/")

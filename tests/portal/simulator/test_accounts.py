import json
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import validate_totp_code
from django.contrib.auth import authenticate
from django.urls import reverse

from fhir.access import SYSTEM
from fhir.hl7.feeds import FeedSettings
from fhir.hl7.message import Message
from fhir.hl7.messages import mapped
from fhir.intake import Source, accept
from fhir.raw import Number
from fhir.validation import check
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

pytestmark = pytest.mark.django_db


def arrives(bundle, feed):
    text = json.dumps(
        bundle, default=lambda one: float(one.sent) if isinstance(one, Number) else one
    )
    accept(check(text).entries(), Source(feed, SYSTEM))


def is_registered(person, now):
    message = Message.read(registered(person, now))
    arrives(mapped(message, FeedSettings("Patients and visits", "RMB")).bundle, "millpas")


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
    is_registered(cast.AMINA, now)

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
    arrives(bundles.staff(), "epr")

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

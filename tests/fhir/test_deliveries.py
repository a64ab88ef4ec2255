"""What follows from a change is carried out once, and again where it failed, at nobody's cost."""

from collections import Counter

import pytest
from django.db import connection

from fhir import changes, deliveries
from fhir.access import SYSTEM
from fhir.scope import scoped
from fhir.store import Repository
from tests.builders import a_patient

pytestmark = pytest.mark.django_db


def first(told):
    changes.announce(told[0].patient, kind="first")


def fails(told):
    changes.announce(told[0].patient, kind="fails")
    raise LookupError


def mended(told):
    changes.announce(told[0].patient, kind="mended")


def last(told):
    changes.announce(told[0].patient, kind="last")


def what_followed():
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT kind FROM portal_fhir_change WHERE kind <> 'created'")
        return Counter(kind for (kind,) in cursor.fetchall())


def test_one_that_fails_leaves_nothing_and_is_told_again_and_holds_up_no_other(
    settings, moved_clock, monkeypatch
):
    names = ("first", "fails", "last")
    settings.FHIR_SUBSCRIBERS = {f"{__name__}.{name}": ["created"] for name in names}
    for given in ("Amina", "Ben"):
        Repository(SYSTEM).create(a_patient(given=given))

    assert deliveries.deliver_next() == 6
    assert what_followed() == {"first": 2, "last": 2}
    assert deliveries.deliver_next() == 0

    monkeypatch.setattr(f"{__name__}.fails", mended)
    moved_clock.move(seconds=deliveries.RETRIES[0] + 1)
    assert deliveries.deliver_next() == 2
    assert what_followed() == {"first": 2, "last": 2, "mended": 2}
    assert deliveries.deliver_next() == 0

"""Claims stand behind the database's own wall: no viewer, no rows; a patient, their own."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.db.utils import DatabaseError

from fhir.scope import scoped
from portal.appointments.models import Claim
from tests.portal.appointments.clinic import booked, carer_of, claims_with, held, records_of


@pytest.fixture
def both(amina_yusuf, ticket, ben_carter, his_ticket, slots):
    """Book for Amina, and hold for Ben."""
    return booked(amina_yusuf, ticket, slots[0]), held(ben_carter, his_ticket, slots[1])


def test_without_a_viewer_there_are_no_claims(both):
    assert len(claims_with()) == 2

    assert Claim.objects.count() == 0
    assert Claim.objects.update(state="cancelled") == 0
    assert Claim.objects.all().delete()[0] == 0
    assert len(claims_with(state__in=["booked", "held"])) == 2


def test_a_viewer_sees_the_claims_of_their_own_patient_alone(amina_yusuf, both):
    hers, _ = both

    for records in (records_of(amina_yusuf), carer_of(amina_yusuf, "Appointment")):
        with scoped(records.viewer):
            assert [one.key for one in Claim.objects.all()] == [hers.key]


def test_a_viewer_writes_no_claim_of_another(amina_yusuf, both):
    _, his = both

    key = uuid.uuid4()
    his.key, his.request, his.slot = key, "another", "another"
    his.starts_at, his.ends_at = (at + timedelta(days=1) for at in (his.starts_at, his.ends_at))
    hers = records_of(amina_yusuf).viewer

    with pytest.raises(DatabaseError, match="row-level security"), scoped(hers):
        his.save(force_insert=True)

    with scoped(hers), connection.cursor() as cursor:
        cursor.execute("UPDATE portal_claim SET state = 'cancelled' WHERE state = 'held'")
        assert cursor.rowcount == 0

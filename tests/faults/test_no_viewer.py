"""Without a viewer the database shows the service nothing, and takes nothing (decisions 6)."""

import json
import uuid
from datetime import timedelta

import psycopg
import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.test import Client

from fhir import audit, deliveries, feeds
from fhir.access import SYSTEM
from fhir.intake import Unmatched, keep_unmatched
from fhir.outcomes import error
from fhir.scope import scoped
from fhir.store import Repository
from portal import clock
from portal.appointments.models import Claim
from portal.appointments.rules import State
from portal.consultations.models import Consultation, Guest, Party, Signal
from portal.notices.models import Notice, Told
from portal.offers.models import EarlierOffer, EarlierWish, Vacancy
from portal.pifu.models import Ask, FollowUpPlan
from tests.builders import a_bundle, a_patient, a_report, an_observation

# Every table that holds what is known of a patient. What a login has been given or has opened
# is the service's own, and read before there is a viewer.
WALLED = {
    "portal_ask",
    "portal_claim",
    "portal_consultation",
    "portal_duerelease",
    "portal_earlieroffer",
    "portal_earlierwish",
    "portal_fhir_auditentry",
    "portal_fhir_auditlink",
    "portal_fhir_change",
    "portal_fhir_date",
    "portal_fhir_delivery",
    "portal_fhir_inboundmessage",
    "portal_fhir_origin",
    "portal_fhir_reference",
    "portal_fhir_resource",
    "portal_fhir_stream",
    "portal_fhir_submission",
    "portal_fhir_text",
    "portal_fhir_token",
    "portal_fhir_version",
    "portal_fhir_words",
    "portal_followupplan",
    "portal_guest",
    "portal_notice",
    "portal_party",
    "portal_signal",
    "portal_told",
}
# What a login may do and has done; it says nothing of what a record holds.
OF_LOGINS = {
    "portal_calendaraddress",
    "portal_activationcode",
    "portal_emergencyaccess",
    "portal_export",
    "portal_link",
    "portal_opened",
    "portal_question",
    "portal_sectionseen",
    "portal_sharelink",
    "portal_sharing",
    "portal_tie",
}
# What is set to itself where there is no patient's key.
COLUMN = {"portal_fhir_auditlink": "seq = seq", "portal_fhir_submission": "feed = feed"}
# Nobody may keep a refusal out of the log, so that everybody may add to it.
OPEN_TO_WRITING = {"portal_fhir_auditentry"}


@pytest.fixture
def filled(own_database):
    """Fill every walled table, through the doors where there is one."""
    token = feeds.add(feeds.Terms("winpath", "RMB"))
    person = a_patient("9991000003") | {"id": "p1", "fullUrl": "urn:uuid:p1"}
    team = {"resourceType": "CareTeam", "status": "active", "subject": {"reference": "urn:uuid:p1"}}
    team["participant"] = [{"member": {"reference": "urn:uuid:p1"}}]
    report = a_report() | {"subject": {"reference": "urn:uuid:p1"}}
    answer = Client().post(
        "/fhir/R4",
        json.dumps(a_bundle(person, team, report)),
        content_type="application/fhir+json",
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.status_code == 200, answer.content
    while deliveries.deliver_next():
        continue
    patient = answer.json()["entry"][0]["response"]["location"].split("/")[1]
    Repository(SYSTEM).create(an_observation(patient))
    keep_unmatched("winpath", b"{}", Unmatched([error("not-found", "Bundle", "nobody")]))
    with scoped(SYSTEM):
        a_claim(patient)
        a_consultation(patient)
        a_notice(patient)
        a_plan(patient)
        an_offer(patient)
    assert audit.chain()


def a_claim(patient):
    """Book a time that no clinic has: the wall asks for nothing but whose it is."""
    now, key = clock.now(), uuid.uuid4()
    Claim.objects.create(
        key=key,
        series=key,
        patient=patient,
        unit=0,
        state=State.BOOKED,
        local_date=now.date(),
        starts_at=now,
        ends_at=now + timedelta(minutes=20),
        made_at=now,
    )


def a_consultation(patient):
    now, key = clock.now(), uuid.uuid4()
    Consultation.objects.create(key=key, patient=patient, starts_at=now, local_date=now.date())
    party = Party.objects.create(consultation=key, patient=patient, role="patient")
    Signal.objects.create(patient=patient, to=party.key, sender=party.key)
    Guest.objects.create(consultation=key, patient=patient, digest="x", made_at=now)


def a_notice(patient):
    about = {"patient": patient, "version": 1}
    Told.objects.create(**about, appointment="a1", is_booked=True)
    Notice.objects.create(**about, subject="a1", kind="booked", channel="email", due_at=clock.now())


def a_plan(patient):
    now = clock.now()
    about = {"patient": patient, "service": "s1", "clinician": "c1"}
    days = {"first_day": now.date(), "last_day": now.date()}
    FollowUpPlan.objects.create(**about, **days, key="p1", version=1)
    Ask.objects.create(
        **about, plan="p1", form_id=uuid.uuid4(), is_flagged=False, sent_at=now, due_at=now
    )


def an_offer(patient):
    now, booking = clock.now(), uuid.uuid4()
    about = {"patient": patient, "booking": booking, "made_at": now}
    EarlierWish.objects.create(**about, days_notice=2, weekdays=[1], priority=1, waiting_since=now)
    vacancy = Vacancy.objects.create(slot="s1", starts_at=now, freed_at=now)
    EarlierOffer.objects.create(**about, vacancy=vacancy, place=1, expires_at=now, waited_days=0)


def contents(connected, table):
    rows = connected.execute(f"SELECT to_jsonb(t)::text FROM {table} t ORDER BY 1").fetchall()
    return [text for (text,) in rows]


def rows_seen(table):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return cursor.fetchone()[0]


def refused(statement, *parameters):
    """Return whether the database refuses a statement, or touches no row by it."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return cursor.rowcount == 0
    except DatabaseError as fault:
        return isinstance(fault.__cause__, psycopg.errors.InsufficientPrivilege)


def test_every_table_with_a_patient_in_it_stands_behind_the_wall(as_superuser):
    walled = as_superuser.execute(
        "SELECT relname FROM pg_class WHERE relrowsecurity AND relkind = 'r'"
    ).fetchall()
    naming = as_superuser.execute(
        "SELECT table_name FROM information_schema.columns WHERE column_name = 'patient'"
        " AND table_schema = 'public'"
    ).fetchall()

    assert {name for (name,) in walled} == WALLED
    assert {name for (name,) in naming} - WALLED == OF_LOGINS


def test_the_service_connects_as_a_role_that_the_wall_holds(own_database):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname, rolsuper, rolbypassrls, EXISTS (SELECT FROM pg_class c WHERE"
            " c.relrowsecurity AND pg_has_role(r.oid, c.relowner, 'MEMBER'))"
            " FROM pg_roles r WHERE rolname = current_user"
        )
        assert cursor.fetchone() == ("daybook_app", False, False, False)


def test_where_there_are_rows_none_is_seen_without_a_viewer(filled, as_superuser):
    there = {
        table: as_superuser.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        for table in WALLED
    }
    assert {table for table, count in there.items() if not count} == set()
    with scoped(SYSTEM):
        assert {table: rows_seen(table) for table in WALLED} == there

    assert {table: rows_seen(table) for table in WALLED} == dict.fromkeys(WALLED, 0)
    for patients, sees in (("", ""), ("", "31"), (",", "31"), ("nobody,", "31"), (" *", "31")):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('daybook.patients', %s, true),"
                " set_config('daybook.sees', %s, true)",
                [patients, sees],
            )
            assert {table: rows_seen(table) for table in WALLED} == dict.fromkeys(WALLED, 0)


def test_a_viewer_of_before_leaves_nothing_open_on_the_connection(filled):
    with scoped(SYSTEM):
        assert rows_seen("portal_fhir_resource")
    with pytest.raises(ZeroDivisionError), scoped(SYSTEM):
        _ = 1 / 0
    with transaction.atomic():
        with scoped(SYSTEM):
            assert rows_seen("portal_fhir_resource")
        assert rows_seen("portal_fhir_resource") == 0
        with pytest.raises(ZeroDivisionError), scoped(SYSTEM):
            _ = 1 / 0
        assert rows_seen("portal_fhir_resource") == 0

    assert rows_seen("portal_fhir_resource") == 0


def test_nothing_is_written_without_a_viewer(filled, as_superuser):
    before = {table: contents(as_superuser, table) for table in WALLED}

    for table, rows in before.items():
        if table not in OPEN_TO_WRITING:
            assert refused(
                f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM"
                f" jsonb_populate_record(NULL::{table}, %s::jsonb)",
                rows[0],
            )
        assert refused(f"UPDATE {table} SET {COLUMN.get(table, 'patient = patient')}")
        assert refused(f"DELETE FROM {table}")
        assert refused(f"TRUNCATE {table}")

    assert {table: contents(as_superuser, table) for table in WALLED} == before

"""The rule of access: one resource at a time, and as a filter; both must say the same."""

import uuid

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from fhir.access import (
    EVERYONE,
    SYSTEM,
    Facts,
    Grant,
    Interaction,
    Kind,
    Verdict,
    Viewer,
    decide,
    visible,
)
from fhir.labels import HIDING, Label, labels_of
from fhir.scope import scoped
from tests.builders import labelled

PATIENTS = ["amina", "ben", "grace"]
TYPES = ["DiagnosticReport", "Observation", "Slot"]
LABELS = st.integers(0, 63)

grants = st.builds(
    Grant,
    patients=st.just(EVERYONE) | st.frozensets(st.sampled_from([*PATIENTS, ""]), max_size=3),
    types=st.just(EVERYONE) | st.frozensets(st.sampled_from(TYPES), max_size=2),
    interactions=st.frozensets(st.sampled_from(Interaction), max_size=4),
    sees=st.integers(0, 31),
)
viewers = st.builds(
    Viewer,
    kind=st.just(Kind.STAFF),
    who=st.just("Practitioner/x"),
    name=st.just("X"),
    grants=st.lists(grants, max_size=3).map(tuple),
    barred=st.frozensets(st.sampled_from(PATIENTS), max_size=1),
)
facts = st.builds(
    Facts,
    resource_type=st.sampled_from(TYPES),
    patient=st.sampled_from([*PATIENTS, ""]),
    labels=LABELS,
)


def test_the_rule_and_the_labels_hide_by_the_same_bits():
    assert SYSTEM.sees == HIDING


@pytest.mark.parametrize(
    ("codes", "bits"),
    [
        (["N"], 0),
        (["NOPAT"], Label.NOPAT),
        (["R"], Label.SENSITIVE),
        (["HIV", "N"], Label.SENSITIVE),
        (["V"], Label.TEAM_ONLY),
        (["NOT-A-CODE"], Label.UNKNOWN),
    ],
)
def test_each_security_code_has_its_bit_and_an_unknown_one_hides(codes, bits):
    assert labels_of(labelled({"resourceType": "Observation"}, *codes)) == bits


def test_restricted_on_a_patient_hides_demographics_and_not_the_person():
    assert labels_of(labelled({"resourceType": "Patient"}, "R")) == Label.DEMOGRAPHICS


def test_a_communication_is_the_patients_only_when_addressed_to_them():
    sent = {"resourceType": "Communication", "subject": {"reference": "Patient/amina"}}

    assert labels_of(sent) == Label.STAFF_ONLY
    assert labels_of(sent | {"recipient": [{"reference": "Patient/amina"}]}) == 0


def test_a_flag_outside_the_list_is_never_a_patients():
    def flag(code):
        return {"resourceType": "Flag", "category": [{"coding": [{"code": code}]}]}

    assert labels_of(flag("child-protection-information-system-flag")) == Label.STAFF_ONLY
    assert labels_of(flag("national-reasonable-adjustment-flag")) == 0


@pytest.mark.django_db
@settings(max_examples=300)
@given(viewer=viewers, interaction=st.sampled_from(Interaction), rows=st.lists(facts, max_size=6))
def test_deciding_one_and_filtering_many_agree_and_the_wall_hides_no_more(
    viewer, interaction, rows
):
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE IF NOT EXISTS r"
            " (n int, resource_type text, patient text, labels int)"
        )
        cursor.execute("TRUNCATE r")
        for n, row in enumerate(rows):
            cursor.execute(
                "INSERT INTO r VALUES (%s, %s, %s, %s)",
                [n, row.resource_type, row.patient, row.labels],
            )
    with scoped(viewer), connection.cursor() as cursor:
        for n, row in enumerate(rows):
            condition, parameters = visible(viewer, interaction, row.resource_type)
            cursor.execute(f"SELECT 1 FROM r WHERE n = %s AND {condition}", [n, *parameters])
            allowed = decide(viewer, interaction, row) == Verdict.ALLOWED
            assert (cursor.fetchone() is not None) is allowed
            if allowed:
                assert _passes_the_wall(cursor, n)


def _passes_the_wall(cursor, n):
    """Whether the database's own policy, in the same words, lets the row through."""
    cursor.execute(
        "SELECT (daybook_everyone() OR patient = ANY (daybook_patients()))"
        " AND labels & daybook_hidden() = 0 FROM r WHERE n = %s",
        [n],
    )
    return cursor.fetchone()[0]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "table",
    [
        "resource",
        "version",
        "token",
        "date",
        "text",
        "reference",
        "change",
        "stream",
        "delivery",
        "auditentry",
        "origin",
        "submission",
        "inboundmessage",
        "auditlink",
    ],
)
def test_a_query_without_a_viewer_finds_no_row(table):
    name = f"portal_fhir_{table}"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, relrowsecurity FROM pg_class WHERE relname = %s", [name]
        )
        assert cursor.fetchone() == ("daybook_app", True)
        cursor.execute(f"SELECT count(*) FROM {name}")
        assert cursor.fetchone() == (0,)


def test_ids_never_hold_the_mark_that_separates_keys():
    assert "," not in str(uuid.uuid4())

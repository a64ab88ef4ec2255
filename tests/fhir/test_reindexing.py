"""The index is filled anew from the stored text."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from fhir import reindexing
from fhir.access import SYSTEM
from fhir.scope import scoped
from fhir.store import Repository
from fhir.writing_sql import SHORT
from tests.builders import a_bundle, a_patient, an_observation
from tests.fhir.test_intake import PAS, sent

pytestmark = pytest.mark.django_db

TABLES = ("token", "date", "text", "reference", "words")


def rows():
    with scoped(SYSTEM), connection.cursor() as cursor:
        found = {}
        for table in TABLES:
            cursor.execute(f"SELECT * FROM portal_fhir_{table}")
            found[table] = sorted(cursor.fetchall(), key=repr)
        return found


def emptied():
    with scoped(SYSTEM), connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"DELETE FROM portal_fhir_{table} WHERE resource_type <> 'Patient'")


def test_the_index_is_as_it_was_when_everything_was_written(capsys, monkeypatch):
    monkeypatch.setattr(reindexing, "_AT_ONCE", 2)
    key = sent(a_bundle(a_patient("9991000003")), PAS)[0].draft.logical_id
    sent(a_bundle(*[an_observation(key) for _ in range(5)]), PAS)
    before = rows()

    emptied()
    assert rows() != before
    call_command("reindex", "Observation", "Slot")

    assert rows() == before
    assert capsys.readouterr().out == "Observation: 5 resources\nSlot: 0 resources\n"


def test_a_type_that_is_none_is_said_so():
    with pytest.raises(CommandError, match="Hat"):
        call_command("reindex", "Hat")


@pytest.mark.parametrize("length", [0, SHORT + 1], ids=["short", "long"])
def test_what_is_written_over_is_found_by_what_it_says_now_and_by_nothing_else(length):
    key = sent(a_bundle(a_patient("9991000003")), PAS)[0].draft.logical_id
    records = Repository(SYSTEM)
    first = records.create(an_observation(key, code="718-7", note=[{"text": "n" * (length + 1)}]))

    for changed in (
        {"status": "amended"},
        {"code": {"coding": [{"system": "http://loinc.org", "code": "2160-0"}]}},
        {"effectiveDateTime": "2026-03-01T09:00:00Z"},
        {"note": [{"text": "o" * (length + 1)}]},
        {"status": "amended"},
    ):
        records.update(records.read("Observation", first.id).json | changed, None)
        kept = rows()
        call_command("reindex", "Observation")
        assert rows() == kept

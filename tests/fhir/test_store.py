"""The one door: what goes in, who may read it, what it leaves in the log and the audit."""

import json

import pytest
from django.db import connection

from fhir import audit, changes
from fhir.access import READING, SYSTEM, Grant, Kind, Viewer
from fhir.changes import Head
from fhir.labels import Label
from fhir.scope import scoped
from fhir.store import Conflict, Criteria, Draft, NotFound, Repository
from tests.builders import a_patient, a_report, an_observation, labelled

pytestmark = pytest.mark.django_db

TYPES = frozenset({"Patient", "Observation", "DiagnosticReport"})


def patient_viewer(key, sees=Label.SENSITIVE | Label.TEAM_ONLY):
    grant = Grant(frozenset({key}), TYPES, READING, int(sees))
    return Viewer(Kind.PATIENT, f"Patient/{key}", "Amina Yusuf", grants=(grant,))


def proxy_viewer(key):
    grant = Grant(frozenset({key}), TYPES, READING, 0)
    return Viewer(Kind.PROXY, "User/9", "Zara", grants=(grant,))


@pytest.fixture
def system():
    return Repository(SYSTEM)


@pytest.fixture
def amina(system):
    return system.create(a_patient("9991000003")).id


def written(system, resource, key, *, withheld=True):
    text = json.dumps(resource)
    draft = Draft(resource, text, resource["id"], key, put_on=Label.NOPAT if withheld else Label(0))
    return system.write([draft])[0]


def rows(statement, *parameters):
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()


def test_what_is_read_is_what_was_sent_with_our_id_and_version(system, amina):
    sent = json.dumps(an_observation(amina)).replace("112", "112.50")

    kept = system.create(sent)
    found = Repository(patient_viewer(amina)).read("Observation", kept.id)

    assert '"value": 112.50' in found.text
    assert found.json["id"] == kept.id
    assert found.json["meta"]["versionId"] == "1"
    assert found.version == 1


def test_a_withheld_resource_is_not_found_by_patient_or_proxy_and_is_marked_for_staff(
    system, amina
):
    written(system, an_observation(amina) | {"id": "hb"}, amina)

    for viewer in (patient_viewer(amina), proxy_viewer(amina)):
        with pytest.raises(NotFound):
            Repository(viewer).read("Observation", "hb")
    assert system.read("Observation", "hb").json["meta"]["security"][0]["code"] == "NOPAT"

    system.relabel("Observation", "hb", remove=Label.NOPAT)

    found = Repository(patient_viewer(amina)).read("Observation", "hb")
    assert "security" not in found.json["meta"]


def test_a_sensitive_resource_is_the_patients_and_not_a_proxys(system, amina):
    written(system, labelled(an_observation(amina), "HIV") | {"id": "s"}, amina, withheld=False)

    assert Repository(patient_viewer(amina)).read("Observation", "s").id == "s"
    with pytest.raises(NotFound):
        Repository(proxy_viewer(amina)).read("Observation", "s")


def test_another_patient_finds_nothing_and_the_audit_keeps_the_true_verdict(system, amina):
    ben = system.create(a_patient("9991013172", family="Carter")).id
    kept = system.create(an_observation(amina))

    with pytest.raises(NotFound):
        Repository(patient_viewer(ben)).read("Observation", kept.id)

    refused = rows(
        "SELECT who, outcome, patient, ids FROM portal_fhir_auditentry WHERE outcome <> 'allowed'"
    )
    assert refused == [(f"Patient/{ben}", "not granted", amina, json.dumps([kept.id]))]


def test_a_refusal_inside_a_transaction_that_rolls_back_is_still_audited(system, amina):
    reader = Repository(patient_viewer(amina))
    before = rows("SELECT count(*) FROM portal_fhir_auditentry WHERE outcome <> 'allowed'")

    with pytest.raises(NotFound), reader.transaction():
        reader.read("Observation", "nothing")

    after = rows("SELECT count(*) FROM portal_fhir_auditentry WHERE outcome <> 'allowed'")
    assert after[0][0] == before[0][0] + 1


def test_the_same_content_again_makes_no_version_and_no_change(system, amina):
    resource = an_observation(amina) | {"id": "hb"}
    written(system, resource, amina)
    seq = changes.numbers([amina])[amina].seq

    again = written(system, resource | {"meta": {"lastUpdated": "2026-03-12T00:00:00Z"}}, amina)

    assert again.outcome == "unchanged"
    assert changes.numbers([amina])[amina].seq == seq
    assert len(system.history("Observation", "hb")) == 1


def test_an_update_from_another_version_than_the_newest_is_a_conflict(system, amina):
    kept = system.create(an_observation(amina))
    changed = an_observation(amina, value="115") | {"id": kept.id}

    assert system.update(changed, if_match=1).version == 2
    with pytest.raises(Conflict):
        system.update(an_observation(amina, value="116") | {"id": kept.id}, if_match=1)


def test_one_transaction_bumps_a_patients_stream_once(system, amina):
    before = changes.numbers([amina])[amina].seq

    with system.transaction():
        system.create(an_observation(amina))
        system.create(a_report(amina))

    assert changes.numbers([amina])[amina].seq == before + 1
    assert [one.resource_type for one in changes.after({amina: before})] == [
        "Observation",
        "DiagnosticReport",
    ]


def test_a_subscriber_is_owed_the_kinds_of_change_that_it_has_named_and_no_others(
    system, amina, settings
):
    settings.FHIR_SUBSCRIBERS = {"any.writer": ["created", "updated"], "any.other": ["released"]}

    kept = written(system, an_observation(amina) | {"id": "hb"}, amina)
    system.relabel("Observation", "hb", remove=Label.NOPAT)

    owed = rows(
        "SELECT d.subscriber, c.kind FROM portal_fhir_delivery d JOIN portal_fhir_change c"
        " ON c.patient = d.patient AND c.seq = d.seq WHERE c.logical_id = %s ORDER BY d.id",
        kept.draft.logical_id,
    )
    assert owed == [("any.writer", "created"), ("any.other", "released")]


def test_the_head_a_patient_knows_moves_only_on_what_they_may_see(system, amina):
    viewer = patient_viewer(amina)
    before = changes.head(viewer, amina)

    written(system, an_observation(amina) | {"id": "hb"}, amina)
    hidden = changes.head(viewer, amina)
    system.relabel("Observation", "hb", remove=Label.NOPAT)
    shown = changes.head(viewer, amina)

    assert hidden == before
    assert shown == Head(before.epoch, before.seq + 2)


def test_a_correction_hides_the_value_and_says_that_it_is_being_corrected(system, amina):
    viewer = patient_viewer(amina)
    written(system, an_observation(amina) | {"id": "hb"}, amina)
    system.relabel("Observation", "hb", remove=Label.NOPAT)
    shown = changes.head(viewer, amina)

    written(system, an_observation(amina, value="121") | {"id": "hb"}, amina)

    reader = Repository(viewer)
    for attempt in (
        lambda: reader.read("Observation", "hb"),
        lambda: reader.read_version("Observation", "hb", 1),
        lambda: reader.history("Observation", "hb"),
    ):
        with pytest.raises(NotFound):
            attempt()
    (told,) = reader.retracted(amina, "Observation")
    assert (told.kind, told.facts) == ("corrected", {"title": "Haemoglobin"})
    assert changes.head(viewer, amina) != shown

    system.relabel("Observation", "hb", remove=Label.NOPAT)

    assert reader.retracted(amina, "Observation") == []
    assert [one.version for one in reader.history("Observation", "hb")] == [2, 1]


def test_a_sender_who_says_anew_that_it_is_not_for_the_patient_hides_it_again(system, amina):
    resource = an_observation(amina) | {"id": "hb"}
    written(system, resource, amina)
    system.relabel("Observation", "hb", remove=Label.NOPAT)

    assert written(system, resource, amina).outcome == "unchanged"
    assert Repository(patient_viewer(amina)).read("Observation", "hb").version == 1
    hidden = written(system, labelled(resource, "NOPAT"), amina, withheld=False)

    assert hidden.outcome == "updated"
    with pytest.raises(NotFound):
        Repository(patient_viewer(amina)).read("Observation", "hb")
    system.relabel("Observation", "hb", remove=Label.NOPAT)
    again = written(system, labelled(resource, "NOPAT"), amina, withheld=False)
    assert again.outcome == "unchanged"


def test_the_versions_before_are_read_of_many_at_once_and_only_those_one_may_see(system, amina):
    for name in ("one", "two"):
        first = an_observation(amina) | {"id": name}
        written(system, first, amina, withheld=False)
        written(system, first | {"status": "amended"}, amina, withheld=False)
    hidden = labelled(an_observation(amina) | {"id": "three"}, "R")
    written(system, hidden, amina, withheld=False)
    written(system, hidden | {"status": "amended"}, amina, withheld=False)
    ids = ["one", "two", "three"]

    def before(viewer, **more):
        found = Repository(viewer).before("Observation", ids, **{"most": 5} | more)
        return {(one.id, one.version, one.json["status"]) for one in found}

    open_to_all = {("one", 1, "final"), ("two", 1, "final")}
    assert before(patient_viewer(amina)) == open_to_all | {("three", 1, "final")}
    assert before(proxy_viewer(amina)) == open_to_all
    assert before(patient_viewer("ben")) == set()
    assert before(patient_viewer(amina), most=0) == set()


def test_a_removed_resource_is_never_shown_again_and_only_its_removal_is_told(system, amina):
    viewer = patient_viewer(amina)
    resource = an_observation(amina) | {"id": "hb"}
    written(system, resource, amina)
    system.relabel("Observation", "hb", remove=Label.NOPAT)

    written(system, resource | {"status": "entered-in-error"}, amina)

    reader = Repository(viewer)
    (told,) = reader.retracted(amina, "Observation")
    assert (told.kind, told.facts, told.at_text) == ("removed", {}, "")
    with pytest.raises(NotFound):
        reader.history("Observation", "hb")
    assert reader.summaries(Criteria("Observation", [amina]))[0] == []


def test_what_was_never_shown_leaves_no_trace_when_it_is_removed(system, amina):
    resource = an_observation(amina) | {"id": "hb"}
    written(system, resource, amina)
    written(system, resource | {"status": "entered-in-error"}, amina)

    assert Repository(patient_viewer(amina)).retracted(amina, "Observation") == []


def test_a_proxy_is_not_told_of_a_correction_to_what_they_could_not_see(system, amina):
    resource = labelled(an_observation(amina), "HIV") | {"id": "s"}
    written(system, resource, amina)
    system.relabel("Observation", "s", remove=Label.NOPAT)
    written(system, resource | {"status": "amended"}, amina)

    assert Repository(proxy_viewer(amina)).retracted(amina, "Observation") == []
    assert len(Repository(patient_viewer(amina)).retracted(amina, "Observation")) == 1


def test_lists_read_no_text_and_ask_the_same_number_of_queries_however_long(
    system, amina, django_assert_num_queries
):
    for n in range(30):
        system.create(an_observation(amina, value=str(100 + n)))
    reader = Repository(patient_viewer(amina))

    with django_assert_num_queries(QUERIES_OF_A_CALL):
        few, more = reader.summaries(Criteria("Observation", [amina], count=2))
    with django_assert_num_queries(QUERIES_OF_A_CALL):
        many, none_left = reader.summaries(Criteria("Observation", [amina], count=50))

    assert (len(few), more, len(many), none_left) == (2, True, 30, False)


# A savepoint and its release, the scope read, set and set back, the search, the audit.
QUERIES_OF_A_CALL = 7


def test_pages_follow_each_other_without_gap_or_repeat(system, amina):
    days = ["2026-03-01", "2026-03-02", "2026-03-02", "2026-03-04"]
    for day in days:
        system.create(an_observation(amina, effectiveDateTime=day))
    undated = an_observation(amina)
    del undated["effectiveDateTime"]
    system.create(undated)
    reader = Repository(patient_viewer(amina))

    seen, before = [], None
    while True:
        page, more = reader.summaries(Criteria("Observation", [amina], count=2, before=before))
        seen += [one.id for one in page]
        if not more:
            break
        before = page[-1].key

    assert len(seen) == len(set(seen)) == 5


def test_audit_rows_are_chained_in_order(system, amina):
    system.create(an_observation(amina))

    linked = audit.chain()
    report = audit.verify()

    assert linked >= 2
    assert (report.linked, report.unlinked, report.sound) == (linked, 0, True)


def test_nobody_but_its_owner_may_change_the_audit(system, amina):
    with pytest.raises(Exception, match="permission denied"), scoped(SYSTEM):
        rows("UPDATE portal_fhir_auditentry SET who = 'nobody'")

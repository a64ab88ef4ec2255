"""Releasing, at the door itself: all of it or none, in the versions that were looked at."""

import pytest
from django.db import connection

from fhir import changes
from fhir.access import SYSTEM
from fhir.labels import Label
from fhir.store import Conflict, NotFound, Repository
from portal import clock
from portal.identity import sessions
from portal.identity.models import SessionLimit
from portal.identity.viewers import viewer_in
from portal.results.actions import (
    Act,
    Decided,
    LookAgain,
    OnlyInPerson,
    Told,
    hold,
    release_now,
    stamp,
)
from portal.results.cases import cases_of
from portal.results.comments import comments_on
from portal.results.models import DueRelease
from portal.results.release import release
from tests.builders import a_report
from tests.portal.results.laboratory import (
    a_count,
    a_value,
    as_patient,
    coded,
    may_see,
    received,
    seen,
    sent,
)
from tests.signing_in import signed_in

pytestmark = pytest.mark.usefixtures("tuesday")
State = DueRelease.State


@pytest.fixture
def waiting(amina_yusuf):
    return sent(*a_count(amina_yusuf, a_value(amina_yusuf), a_value(amina_yusuf, "61", "LL")))


def as_staff(user):
    """Give the record as this clinician may see and decide on it."""
    signed_in(user)
    token = str(SessionLimit.objects.filter(user=user).latest("started_at").key)
    return Repository(viewer_in(sessions.still_stands(token, clock.now())))


def case_of(patient, logical_id, resource_type="DiagnosticReport"):
    (case,) = cases_of(Repository(SYSTEM), patient, {resource_type: {logical_id}})
    return case


def an_act(patient, logical_id, resource_type="DiagnosticReport", **more):
    case = case_of(patient, logical_id, resource_type)
    return Act(resource_type, logical_id, stamp(case), clock.now(), **more)


def test_a_report_is_released_with_all_its_results_in_one_transaction(
    waiting, amina_yusuf, dr_nair, queue
):
    report, *results = waiting
    assert (seen(amina_yusuf), seen(amina_yusuf, "Observation")) == ([], [])

    release_now(as_staff(dr_nair), an_act(amina_yusuf, report))

    assert seen(amina_yusuf) == [report]
    assert sorted(seen(amina_yusuf, "Observation")) == sorted(results)
    log = changes.since(as_patient(amina_yusuf).viewer, amina_yusuf, 0)
    released = [one for one in log if one.kind == "released"]
    assert len(released) == 3
    assert len({one.seq for one in released}) == 1
    row = queue()[report]
    assert (row.state, row.decided_by, row.decided_at) == (
        State.RELEASED,
        "Dr Priya Nair",
        row.decided_at,
    )


def test_if_one_result_has_a_new_version_nothing_at_all_is_released(waiting, amina_yusuf):
    report, first, second = waiting
    subject, parts = case_of(amina_yusuf, report).evidence
    stored = Repository(SYSTEM).read("Observation", second).json
    Repository(SYSTEM).update({**stored, "status": "corrected"}, if_match=1)

    with pytest.raises(Conflict):
        release(Repository(SYSTEM), [subject, *parts])

    assert not may_see(amina_yusuf, "DiagnosticReport", report)
    assert not may_see(amina_yusuf, "Observation", first)


def test_if_one_part_is_not_the_clinicians_to_release_nothing_is(waiting, amina_yusuf, dr_nair):
    report, *_ = waiting
    hidden = Label.UNKNOWN
    Repository(SYSTEM).relabel("Observation", waiting[1], add=hidden)
    subject, parts = case_of(amina_yusuf, report).evidence

    with pytest.raises(NotFound):
        release(as_staff(dr_nair), [subject, *parts])

    assert seen(amina_yusuf) == []


def test_what_was_entered_in_error_is_left_withheld_when_the_rest_is_released(amina_yusuf, dr_nair):
    wrong = a_value(amina_yusuf, "40", "LL", status="entered-in-error")
    report, right_id, wrong_id = sent(
        *a_count(amina_yusuf, a_value(amina_yusuf, "61", "LL"), wrong)
    )

    release_now(as_staff(dr_nair), an_act(amina_yusuf, report))

    assert may_see(amina_yusuf, "Observation", right_id)
    assert not may_see(amina_yusuf, "Observation", wrong_id)


def test_a_clinician_who_does_not_treat_the_patient_releases_nothing(waiting, amina_yusuf, dr_lund):
    report, *_ = waiting
    with pytest.raises(NotFound):
        release_now(as_staff(dr_lund), an_act(amina_yusuf, report))
    with pytest.raises(NotFound):
        hold(as_staff(dr_lund), an_act(amina_yusuf, report, words="No."))
    assert seen(amina_yusuf) == []


def test_a_version_nobody_looked_at_is_not_released(waiting, amina_yusuf, dr_nair):
    report, _, second = waiting
    act = an_act(amina_yusuf, report, words="All is well.")
    stored = Repository(SYSTEM).read("Observation", second).json
    Repository(SYSTEM).update({**stored, "status": "corrected"}, if_match=1)

    with pytest.raises(LookAgain):
        release_now(as_staff(dr_nair), act)
    with pytest.raises(LookAgain):
        hold(as_staff(dr_nair), act)

    assert seen(amina_yusuf) == []
    assert comments_on(Repository(SYSTEM), amina_yusuf, report) == []


def test_to_release_twice_sends_one_comment(waiting, amina_yusuf, dr_nair):
    report, *_ = waiting
    act = an_act(amina_yusuf, report, words="Please ring us.")
    records = as_staff(dr_nair)

    release_now(records, act)
    with pytest.raises(Decided):
        release_now(records, act)

    (comment,) = comments_on(as_patient(amina_yusuf), amina_yusuf, report)
    assert comment.paragraphs == ["Please ring us."]
    assert comment.by == "Dr Priya Nair, Consultant in breathing medicine"


def test_how_the_patient_was_told_is_kept_beside_what_was_written(waiting, amina_yusuf, dr_nair):
    report, *_ = waiting
    release_now(as_staff(dr_nair), an_act(amina_yusuf, report, told=Told.PHONE, words="As I said."))

    found = [
        Repository(SYSTEM).read("Communication", one).json
        for one in seen(amina_yusuf, "Communication")
    ]
    assert sorted("medium" in one for one in found) == [False, True]
    (told,) = (one for one in found if "medium" in one)
    assert told["medium"][0]["coding"][0]["code"] == "PHONE"
    assert {one["sender"]["reference"] for one in found} == {
        f"Practitioner/{dr_nair.practitioners[0]}"
    }


def test_what_is_given_in_person_first_is_released_only_when_it_was(amina_yusuf, dr_nair):
    genetic = a_report(amina_yusuf, "Genetic report", "51969-4")
    (report,) = sent(genetic)
    records = as_staff(dr_nair)

    for told in (Told.NOT_YET, Told.PHONE):
        with pytest.raises(OnlyInPerson):
            release_now(records, an_act(amina_yusuf, report, told=told))
    assert seen(amina_yusuf) == []

    release_now(records, an_act(amina_yusuf, report, told=Told.PERSON))
    assert seen(amina_yusuf) == [report]


def test_why_something_is_held_is_never_the_patients_to_read(waiting, amina_yusuf, dr_nair, queue):
    report, *_ = waiting
    head = changes.head(as_patient(amina_yusuf).viewer, amina_yusuf)

    hold(as_staff(dr_nair), an_act(amina_yusuf, report, words="Safeguarding meeting first."))

    assert queue()[report].state == State.HELD
    assert seen(amina_yusuf, "Communication") == []
    assert changes.head(as_patient(amina_yusuf).viewer, amina_yusuf) == head
    assert comments_on(as_staff(dr_nair), amina_yusuf, report) == []
    with Repository(SYSTEM).transaction(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT labels FROM portal_fhir_resource WHERE resource_type = 'Communication'"
        )
        assert cursor.fetchall() == [(int(Label.STAFF_ONLY),)]


def test_what_is_held_stays_held_when_a_harmless_correction_comes(amina_yusuf, dr_nair, queue):
    report, value = a_count(amina_yusuf, a_value(amina_yusuf, "61", "LL"))
    report_id, _ = sent(report, value)
    hold(as_staff(dr_nair), an_act(amina_yusuf, report_id, words="Wait for the repeat."))

    corrected = {**value, "status": "corrected", "interpretation": [{"coding": [{"code": "N"}]}]}
    sent({**report, "status": "corrected"}, corrected)

    assert seen(amina_yusuf) == []
    assert (queue()[report_id].state, queue()[report_id].version) == (State.HELD, 2)
    release_now(as_staff(dr_nair), an_act(amina_yusuf, report_id))
    assert seen(amina_yusuf) == [report_id]


def test_a_result_without_a_report_is_decided_on_its_own(amina_yusuf, dr_nair):
    (result,) = sent(a_value(amina_yusuf) | {"code": coded("99999-9", "Something new")})

    release_now(as_staff(dr_nair), an_act(amina_yusuf, result, "Observation"))

    assert seen(amina_yusuf, "Observation") == [result]


def test_a_diagnosis_that_waited_for_the_report_is_free_with_it(amina_yusuf, dr_nair):
    condition = {
        "resourceType": "Condition",
        "subject": {"reference": f"Patient/{amina_yusuf}"},
        "code": {"text": "Sarcoidosis"},
        "onsetDateTime": "2026-03-05",
    }
    report, diagnosis = sent(a_report(amina_yusuf, "Lung biopsy", "11526-1"), condition)
    assert Repository(SYSTEM).read("Condition", diagnosis).labels & Label.NOPAT

    release_now(as_staff(dr_nair), an_act(amina_yusuf, report))

    assert not Repository(SYSTEM).read("Condition", diagnosis).labels & Label.NOPAT


def test_a_report_that_nobody_has_been_told_of_yet_cannot_be_decided(amina_yusuf, dr_nair):
    report, _ = received(*a_count(amina_yusuf, a_value(amina_yusuf, flag="LL")))
    with pytest.raises(NotFound):
        release_now(as_staff(dr_nair), an_act(amina_yusuf, report))

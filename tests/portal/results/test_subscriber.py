"""What the relay makes of a report that has come in."""

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fhir import changes
from fhir.access import SYSTEM
from fhir.labels import Label
from fhir.scope import scoped
from fhir.store import Repository
from portal import clock
from portal.results.cases import TYPES
from portal.results.following import FOLLOWERS
from portal.results.models import DueRelease
from portal.results.subscriber import report_changed
from tests.builders import a_report
from tests.portal.results.laboratory import (
    HISTORY,
    a_count,
    a_name,
    a_value,
    as_patient,
    coded,
    may_see,
    received,
    seen,
    sent,
    told,
)
from tests.portal.results.pieces import TUESDAY

State = DueRelease.State

pytestmark = pytest.mark.usefixtures("tuesday")


def test_the_relay_tells_of_every_type_that_is_decided_on_and_of_no_other():
    wanted = settings.FHIR_SUBSCRIBERS["portal.results.subscriber.report_changed"]

    types = {*TYPES, *FOLLOWERS}
    assert wanted == {f"{kind}/{one}" for one in types for kind in ("created", "updated")}


def test_a_routine_report_is_seen_with_all_its_results_in_one_change(amina_yusuf, queue):
    before = changes.head(as_patient(amina_yusuf).viewer, amina_yusuf).seq

    report, first, second = sent(*a_count(amina_yusuf, a_value(amina_yusuf), a_value(amina_yusuf)))

    assert seen(amina_yusuf) == [report]
    assert sorted(seen(amina_yusuf, "Observation")) == sorted([first, second])
    told_of = changes.since(as_patient(amina_yusuf).viewer, amina_yusuf, before)
    assert {one.kind for one in told_of} == {"released"}
    assert len({one.seq for one in told_of}) == 1
    assert queue() == {}


def test_one_critical_result_keeps_the_whole_report_and_queues_it(amina_yusuf, queue):
    critical = a_value(amina_yusuf, "61", "LL")

    report, *_ = sent(*a_count(amina_yusuf, a_value(amina_yusuf), critical))

    assert (seen(amina_yusuf), seen(amina_yusuf, "Observation")) == ([], [])
    row = queue()[report]
    assert (row.state, row.why, row.version) == (State.REVIEW, "critical value", 1)


def test_the_members_of_a_result_are_decided_and_released_with_it(amina_yusuf):
    member = a_value(amina_yusuf) | {"fullUrl": a_name()}
    panel = a_value(amina_yusuf, hasMember=[{"reference": member["fullUrl"]}])

    report, _, member_id = sent(*a_count(amina_yusuf, panel), member)

    assert may_see(amina_yusuf, "DiagnosticReport", report)
    assert may_see(amina_yusuf, "Observation", member_id)
    critical = a_value(amina_yusuf, flag="HH") | {"fullUrl": a_name()}
    other = a_value(amina_yusuf, hasMember=[{"reference": critical["fullUrl"]}])
    held, other_id, _ = sent(*a_count(amina_yusuf, other), critical)
    assert not may_see(amina_yusuf, "DiagnosticReport", held)
    assert not may_see(amina_yusuf, "Observation", other_id)


def test_a_result_without_a_report_is_decided_by_its_own_code(amina_yusuf, queue):
    routine, unlisted = sent(
        a_value(amina_yusuf), a_value(amina_yusuf) | {"code": coded("99999-9", "Something new")}
    )

    assert seen(amina_yusuf, "Observation") == [routine]
    assert queue()[unlisted].why == "no rule names this test"


def test_vital_signs_and_what_the_patient_measured_are_never_withheld(amina_yusuf, queue):
    vital = a_value(amina_yusuf) | {"category": [{"coding": [{"code": "vital-signs"}]}]}
    own = a_value(amina_yusuf, performer=[{"reference": f"Patient/{amina_yusuf}"}])

    assert sorted(received(vital, own)) == sorted(seen(amina_yusuf, "Observation"))
    told()
    assert queue() == {}


def test_what_a_rule_wants_looked_at_is_never_one_of_many(amina_yusuf, queue):
    marker = {"code": coded("2857-1", "PSA")}
    unlisted = {"code": coded("99999-9", "Something new")}

    ids = sent(a_value(amina_yusuf) | marker, a_value(amina_yusuf) | unlisted)

    assert [queue()[one].is_ordinary for one in ids] == [False, True]


def test_a_document_follows_the_report_that_it_belongs_to(amina_yusuf, queue):
    report, result = a_count(amina_yusuf)
    report["fullUrl"] = a_name()
    letter = {
        "resourceType": "DocumentReference",
        "status": "current",
        "subject": {"reference": f"Patient/{amina_yusuf}"},
        "content": [{"attachment": {"contentType": "application/pdf", "data": "JVBERi0="}}],
        "context": {"related": [{"reference": report["fullUrl"]}]},
    }

    report_id, _, letter_id = sent(report, result, letter)

    assert not may_see(amina_yusuf, "DiagnosticReport", report_id)
    assert list(queue()) == [report_id]
    assert queue()[report_id].why == "a document is attached"
    assert not may_see(amina_yusuf, "DocumentReference", letter_id)


def test_a_document_of_its_own_waits_for_a_clinician(amina_yusuf, queue):
    letter = {
        "resourceType": "DocumentReference",
        "status": "current",
        "subject": {"reference": f"Patient/{amina_yusuf}"},
        "content": [{"attachment": {"contentType": "application/pdf", "data": "JVBERi0="}}],
    }

    (letter_id,) = sent(letter)

    assert queue()[letter_id].state == State.REVIEW


@pytest.mark.parametrize(("date", "is_old"), [("2019-05-01T10:00:00Z", True), (None, False)])
def test_a_document_is_as_old_as_its_own_date_and_waits_all_the_same(
    amina_yusuf, queue, date, is_old
):
    letter = {
        "resourceType": "DocumentReference",
        "status": "current",
        "subject": {"reference": f"Patient/{amina_yusuf}"},
        "content": [{"attachment": {"contentType": "application/pdf", "data": "JVBERi0="}}],
    }

    (letter_id,) = sent(letter | ({"date": date} if date else {}))

    assert queue()[letter_id].is_history is is_old
    assert queue()[letter_id].state == State.REVIEW


def test_what_came_at_night_is_queued_for_the_morning(tuesday, amina_yusuf, queue):
    tuesday.move_to(TUESDAY.replace(hour=22))

    report, _ = sent(*a_count(amina_yusuf))

    assert seen(amina_yusuf) == []
    row = queue()[report]
    assert (row.state, row.due_at) == (State.LATER, TUESDAY.replace(day=11, hour=9))


def test_a_trust_that_opens_at_any_time_shows_it_at_night(tuesday, amina_yusuf, settings):
    settings.RESULTS_IN_WORKING_HOURS = False
    tuesday.move_to(TUESDAY.replace(hour=22))

    report, _ = sent(*a_count(amina_yusuf))

    assert seen(amina_yusuf) == [report]


def test_to_be_told_again_changes_nothing(amina_yusuf, queue):
    sent(*a_count(amina_yusuf))
    held, _ = sent(*a_count(amina_yusuf, a_value(amina_yusuf, flag="HH")))
    with scoped(SYSTEM):
        log = changes.since(SYSTEM, amina_yusuf, 0)
    row = queue()[held]

    for seq in sorted({one.seq for one in log}):
        report_changed([one for one in log if one.seq == seq])

    assert changes.since(SYSTEM, amina_yusuf, 0) == log
    assert queue()[held].waiting_since == row.waiting_since


def test_history_is_decided_the_same_way_and_wakes_nobody(amina_yusuf, queue):
    viewer = as_patient(amina_yusuf).viewer
    head = changes.head(viewer, amina_yusuf)
    old = {"effectiveDateTime": "2024-05-01T08:00:00Z", "issued": "2024-05-01T12:00:00Z"}

    loaded, _ = sent(*a_count(amina_yusuf, **old), source=HISTORY)
    old_but_new_here, _ = sent(*a_count(amina_yusuf, **old))
    critical, _ = sent(
        *a_count(amina_yusuf, a_value(amina_yusuf, flag="HH"), **old), source=HISTORY
    )

    assert sorted(seen(amina_yusuf)) == sorted([loaded, old_but_new_here])
    assert changes.head(viewer, amina_yusuf) == head
    assert queue()[critical].is_history


def test_a_report_of_which_a_result_has_not_come_waits_until_it_has(amina_yusuf, queue):
    late = a_value(amina_yusuf)
    known = late["identifier"][0]
    report = a_report(
        amina_yusuf,
        result=[{"reference": "Observation/not-here-yet"}],
        category=[{"coding": [{"code": "HM"}]}],
    )

    (report_id,) = sent(report)

    assert queue()[report_id].why == "not all of it has come"
    named = a_name()
    sent(report | {"result": [{"reference": named}]}, late | {"fullUrl": named})
    assert seen(amina_yusuf) == [report_id]
    assert queue()[report_id].state == State.RELEASED
    assert known


def a_condition(patient, on="2026-03-05", **more):
    return {
        "resourceType": "Condition",
        "subject": {"reference": f"Patient/{patient}"},
        "code": {"text": "Sarcoidosis"},
        "onsetDateTime": on,
        "recordedDate": on,
    } | more


def labels(resource_type, logical_id):
    return Repository(SYSTEM).read(resource_type, logical_id).labels


def test_a_diagnosis_follows_a_pending_report_of_its_time_and_no_other(amina_yusuf):
    biopsy = a_report(amina_yusuf, "Lung biopsy", "11526-1")

    _, near, far, undated = sent(
        biopsy,
        a_condition(amina_yusuf),
        a_condition(amina_yusuf, "2019-05-01"),
        {k: v for k, v in a_condition(amina_yusuf).items() if not k.endswith(("Time", "Date"))},
    )

    assert labels("Condition", near) & Label.NOPAT
    assert not labels("Condition", far) & Label.NOPAT
    assert labels("Condition", undated) & Label.NOPAT


def test_what_a_report_was_asked_for_by_follows_it_whatever_its_date(amina_yusuf):
    request = {
        "resourceType": "ServiceRequest",
        "fullUrl": a_name(),
        "status": "active",
        "intent": "order",
        "subject": {"reference": f"Patient/{amina_yusuf}"},
        "code": {"text": "Biopsy, ?lymphoma"},
        "authoredOn": "2024-01-01",
    }
    biopsy = a_report(
        amina_yusuf, "Lung biopsy", "11526-1", basedOn=[{"reference": request["fullUrl"]}]
    )

    asked, _ = sent(request, biopsy)
    alone, _ = sent({**request, "fullUrl": a_name()}, *a_count(amina_yusuf)[:1])

    assert labels("ServiceRequest", asked) & Label.NOPAT
    assert not labels("ServiceRequest", alone) & Label.NOPAT


def test_a_request_without_a_date_follows_its_own_report_alone(amina_yusuf):
    request = {
        "resourceType": "ServiceRequest",
        "status": "completed",
        "intent": "order",
        "subject": {"reference": f"Patient/{amina_yusuf}"},
    }
    sent(a_report(amina_yusuf, "Lung biopsy", "11526-1"))
    named, unnamed = a_name(), a_name()
    report, value = a_count(amina_yusuf, basedOn=[{"reference": named}])

    asked, alone, *_ = sent(
        {**request, "fullUrl": named}, {**request, "fullUrl": unnamed}, report, value
    )

    assert not labels("ServiceRequest", asked) & Label.NOPAT
    assert labels("ServiceRequest", alone) & Label.NOPAT


def test_a_report_and_what_it_was_asked_for_by_open_in_one_step(amina_yusuf):
    named = a_name()
    request = {
        "resourceType": "ServiceRequest",
        "fullUrl": named,
        "status": "completed",
        "intent": "order",
        "subject": {"reference": f"Patient/{amina_yusuf}"},
    }
    before = changes.numbers([amina_yusuf])[amina_yusuf].seq

    sent(request, *a_count(amina_yusuf, basedOn=[{"reference": named}]))

    steps: dict[int, set[str]] = {}
    for one in changes.after({amina_yusuf: before}):
        steps.setdefault(one.seq, set()).add(f"{one.kind} {one.resource_type}")
    kinds = ("ServiceRequest", "DiagnosticReport", "Observation")
    assert list(steps.values()) == [
        {f"created {name}" for name in kinds},
        {f"released {name}" for name in kinds},
    ]


@pytest.mark.parametrize(
    ("status", "start", "waits"),
    [
        ("in-progress", "2026-01-02", True),
        ("arrived", "2022-05-01", False),
        ("finished", "2025-12-01", False),
        ("finished", "2026-03-01", True),
    ],
)
def test_a_visit_without_an_end_follows_the_reports_of_its_time(amina_yusuf, status, start, waits):
    visit = {
        "resourceType": "Encounter",
        "status": status,
        "class": {"code": "IMP"},
        "subject": {"reference": f"Patient/{amina_yusuf}"},
        "period": {"start": start},
    }

    _, here = sent(a_report(amina_yusuf, "Lung biopsy", "11526-1"), visit)

    assert bool(labels("Encounter", here) & Label.NOPAT) is waits


def beside(patient, resource_type, **more):
    return {
        "resourceType": resource_type,
        "subject": {"reference": f"Patient/{patient}"},
    } | more


@pytest.mark.parametrize(
    "of",
    [
        lambda patient, day: beside(
            patient, "Specimen", type={"text": "Lung tissue"}, collection={"collectedDateTime": day}
        ),
        lambda patient, day: beside(patient, "ImagingStudy", status="available", started=day),
        lambda patient, day: beside(
            patient, "CarePlan", status="completed", intent="plan", period={"start": day}
        ),
        lambda patient, day: beside(
            patient,
            "Composition",
            status="final",
            type={"text": "Letter"},
            title="Letter",
            date=day,
            author=[{"display": "Dr Nair"}],
        ),
        lambda patient, day: {
            "resourceType": "EpisodeOfCare",
            "status": "finished",
            "patient": {"reference": f"Patient/{patient}"},
            "period": {"start": day},
        },
    ],
    ids=["sample", "pictures", "plan", "letter", "episode"],
)
def test_what_could_tell_of_a_pending_report_waits_with_it(amina_yusuf, of):
    biopsy = a_report(amina_yusuf, "Lung biopsy", "11526-1")

    _, near, far = sent(biopsy, of(amina_yusuf, "2026-03-10"), of(amina_yusuf, "2019-05-01"))

    name = of(amina_yusuf, "2026-03-10")["resourceType"]
    assert labels(name, near) & Label.NOPAT
    assert not labels(name, far) & Label.NOPAT


def test_a_sample_that_a_pending_report_names_waits_whatever_its_date(amina_yusuf):
    named = a_name()
    sample = beside(
        amina_yusuf, "Specimen", fullUrl=named, collection={"collectedDateTime": "2019-05-01"}
    )
    biopsy = a_report(amina_yusuf, "Lung biopsy", "11526-1", specimen=[{"reference": named}])

    taken, _ = sent(sample, biopsy)

    assert labels("Specimen", taken) & Label.NOPAT


def test_a_diagnosis_is_free_once_the_report_it_waited_for_is_released(amina_yusuf):
    report, diagnosis = sent(a_report(amina_yusuf, status="preliminary"), a_condition(amina_yusuf))
    assert labels("Condition", diagnosis) & Label.NOPAT

    stored = Repository(SYSTEM).read("DiagnosticReport", report).json
    Repository(SYSTEM).update({**stored, "status": "final"}, if_match=1)
    told()

    assert seen(amina_yusuf) == [report]
    assert not labels("Condition", diagnosis) & Label.NOPAT


def test_the_queue_shows_nothing_without_a_viewer_and_nothing_to_the_patient(amina_yusuf, queue):
    report, _ = sent(*a_count(amina_yusuf, a_value(amina_yusuf, flag="HH")))

    assert report in queue()
    assert not DueRelease.objects.exists()
    with as_patient(amina_yusuf).transaction():
        assert not DueRelease.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM portal_duerelease")
        assert cursor.fetchone() == (0,)


def test_the_questions_asked_do_not_grow_with_the_reports_of_a_bundle(
    amina_yusuf,
):
    def asked(number):
        received(*[one for _ in range(number) for one in a_count(amina_yusuf)])
        clock.forget()
        with CaptureQueriesContext(connection) as queries:
            told()
        return len(queries)

    asked(1)
    assert asked(12) == asked(1)

"""A result that had been shown and is taken back: what the patient sees meanwhile and after."""

import json

import pytest

from fhir import audit, changes, deliveries
from fhir.access import SYSTEM
from fhir.labels import Label
from fhir.store import Criteria, NotFound, Repository
from portal.results.comments import comments_on
from portal.results.models import DueRelease
from tests.portal.results.laboratory import (
    a_count,
    a_value,
    as_patient,
    may_see,
    sent,
)

pytestmark = pytest.mark.usefixtures("tuesday")


@pytest.fixture
def shown(amina_yusuf):
    """Give a report and its result that Amina has been able to read."""
    report, value = a_count(amina_yusuf, a_value(amina_yusuf, "104.75"))
    ids = sent(report, value)
    assert may_see(amina_yusuf, "Observation", ids[1])
    return ids, report, value


def everything(patient):
    """Return all that the patient's own view of the store says, as text."""
    records = as_patient(patient)
    found = []
    for resource_type in ("DiagnosticReport", "Observation", "Communication"):
        criteria = Criteria(resource_type, [patient])
        stored, more = records.search(criteria)
        summaries, _ = records.summaries(criteria)
        found += [one.text for one in stored] + [repr(one) for one in summaries]
        found += [repr(more), repr(records.count(criteria))]
        found += [repr(one) for one in records.retracted(patient, resource_type)]
    return "\n".join(found)


def versions_read(patient, resource_type, logical_id):
    try:
        return [one.version for one in as_patient(patient).history(resource_type, logical_id)]
    except NotFound:
        return []


def corrected(resource, value, flag, *, wrong=False):
    changed = json.loads(json.dumps(resource))
    changed["status"] = "entered-in-error" if wrong else "corrected"
    if resource["resourceType"] == "Observation" and not wrong:
        changed["valueQuantity"]["value"] = value
        changed["interpretation"] = [{"coding": [{"code": flag}]}]
    return changed


def test_a_routine_correction_is_shown_at_once_beside_the_version_before(shown, amina_yusuf):
    (_, result), report, value = shown
    head = changes.head(as_patient(amina_yusuf).viewer, amina_yusuf).seq

    sent(corrected(report, 114.5, "N"), corrected(value, 114.5, "N"))

    records = as_patient(amina_yusuf)
    found = [one.json["valueQuantity"]["value"] for one in records.history("Observation", result)]
    assert found == [114.5, 104.75]
    assert records.retracted(amina_yusuf, "Observation") == []
    assert changes.head(records.viewer, amina_yusuf).seq > head


def test_while_a_correction_waits_no_value_is_shown_only_that_it_is_corrected(
    shown, amina_yusuf, queue
):
    (report_id, result), report, value = shown
    assert "104.75" in everything(amina_yusuf)

    sent(corrected(report, 61.25, "LL"), corrected(value, 61.25, "LL"))

    assert queue()[report_id].why == "critical value"
    said = everything(amina_yusuf)
    assert "104.75" not in said
    assert "61.25" not in said
    assert versions_read(amina_yusuf, "Observation", result) == []
    for resource_type, logical_id in (("DiagnosticReport", report_id), ("Observation", result)):
        assert not may_see(amina_yusuf, resource_type, logical_id)
        (notice,) = as_patient(amina_yusuf).retracted(amina_yusuf, resource_type)
        assert (notice.kind, notice.id) == ("corrected", logical_id)
        with pytest.raises(NotFound):
            as_patient(amina_yusuf).read_version(resource_type, logical_id, 1)


def test_once_released_only_versions_that_were_shown_can_be_read(shown, amina_yusuf):
    (report_id, result), report, value = shown
    sent(corrected(report, 61.25, "LL"), corrected(value, 61.25, "LL"))
    sent(corrected(report, 63.25, "LL"), corrected(value, 63.25, "LL"))
    system = Repository(SYSTEM)

    for resource_type, logical_id in (("DiagnosticReport", report_id), ("Observation", result)):
        system.relabel(resource_type, logical_id, remove=Label.NOPAT)

    records = as_patient(amina_yusuf)
    found = [one.json["valueQuantity"]["value"] for one in records.history("Observation", result)]
    assert found == [63.25, 104.75]
    with pytest.raises(NotFound):
        records.read_version("Observation", result, 2)
    assert records.retracted(amina_yusuf, "Observation") == []


def test_a_result_of_the_wrong_patient_leaves_only_that_something_was_removed(
    shown, amina_yusuf, queue
):
    (report_id, result), report, value = shown
    assert "Haemoglobin" in everything(amina_yusuf)

    sent(corrected(report, 0, "", wrong=True), corrected(value, 0, "", wrong=True))

    said = everything(amina_yusuf)
    for word in ("104.75", "Haemoglobin", "Full blood count"):
        assert word not in said
    for resource_type, logical_id in (("DiagnosticReport", report_id), ("Observation", result)):
        assert versions_read(amina_yusuf, resource_type, logical_id) == []
        (notice,) = as_patient(amina_yusuf).retracted(amina_yusuf, resource_type)
        assert (notice.kind, notice.facts, notice.at_text) == ("removed", {}, "")
    assert report_id not in queue()


def test_what_was_never_shown_is_removed_without_a_trace(amina_yusuf, queue):
    report, value = a_count(amina_yusuf, a_value(amina_yusuf, "61.25", "LL"))
    report_id, _ = sent(report, value)
    before = everything(amina_yusuf), changes.head(as_patient(amina_yusuf).viewer, amina_yusuf)
    assert report_id in queue()

    sent(corrected(report, 0, "", wrong=True), corrected(value, 0, "", wrong=True))

    after = everything(amina_yusuf), changes.head(as_patient(amina_yusuf).viewer, amina_yusuf)
    assert after == before
    assert report_id not in queue()


def test_a_report_taken_back_takes_its_results_with_it_but_not_another_reports(amina_yusuf):
    shared = a_value(amina_yusuf, "141")
    report, alone, both = a_count(amina_yusuf, a_value(amina_yusuf, "104.75"), shared)
    report_id, alone_id, both_id = sent(report, alone, both)
    other, _ = sent(*a_count(amina_yusuf, both))

    stored = Repository(SYSTEM).read("DiagnosticReport", report_id).json
    Repository(SYSTEM).update({**stored, "status": "entered-in-error"}, if_match=1)
    while deliveries.deliver_next():
        continue

    assert not may_see(amina_yusuf, "Observation", alone_id)
    assert may_see(amina_yusuf, "Observation", both_id)
    assert may_see(amina_yusuf, "DiagnosticReport", other)
    (notice,) = as_patient(amina_yusuf).retracted(amina_yusuf, "Observation")
    assert (notice.kind, notice.id, notice.facts) == ("removed", alone_id, {})


def a_comment(patient, report_id, text="Your haemoglobin of 104.75 is a little low."):
    return {
        "resourceType": "Communication",
        "status": "completed",
        "basedOn": [{"reference": f"DiagnosticReport/{report_id}"}],
        "subject": {"reference": f"Patient/{patient}"},
        "recipient": [{"reference": f"Patient/{patient}"}],
        "sender": {"display": "Dr Priya Nair"},
        "sent": "2026-03-10T11:00:00Z",
        "payload": [{"contentString": text}],
    }


@pytest.mark.parametrize("wrong", [False, True])
def test_what_was_written_about_the_old_version_goes_with_it(shown, amina_yusuf, wrong):
    (report_id, _), report, value = shown
    Repository(SYSTEM).create(a_comment(amina_yusuf, report_id))
    assert comments_on(as_patient(amina_yusuf), amina_yusuf, report_id)

    sent(corrected(report, 114.5, "N", wrong=wrong), corrected(value, 114.5, "N", wrong=wrong))

    assert may_see(amina_yusuf, "DiagnosticReport", report_id) is not wrong
    assert comments_on(as_patient(amina_yusuf), amina_yusuf, report_id) == []
    assert "a little low" not in everything(amina_yusuf)


def test_a_corrected_result_alone_withholds_itself_and_leaves_its_report(shown, amina_yusuf, queue):
    (report_id, result), _, value = shown

    sent(corrected(value, 61.25, "LL"))

    assert may_see(amina_yusuf, "DiagnosticReport", report_id)
    assert not may_see(amina_yusuf, "Observation", result)
    assert queue()[report_id].state == DueRelease.State.REVIEW


def test_what_is_being_corrected_stays_out_of_the_access_log(shown, amina_yusuf):
    (_, result), report, value = shown
    sent(corrected(report, 61.25, "LL"), corrected(value, 61.25, "LL"))

    entries = audit.entries_for(as_patient(amina_yusuf).viewer, amina_yusuf)

    assert not [one for one in entries if result in one.ids]


def her_pages(browser, report_id, result):
    """Return all that she can open of a result, and the pages that list it, as text."""
    paths = (
        "/",
        "/record/",
        "/record/results/",
        f"/record/results/{report_id}/",
        f"/record/results/{report_id}/{result}/",
        f"/record/results/alone/{result}/",
        "/record/access-log/",
    )
    return [browser.get(path).content.decode() for path in paths]


def test_on_no_page_does_a_value_stand_that_is_being_corrected(shown, her_browser):
    (report_id, result), report, value = shown
    assert any("104.75" in page for page in her_pages(her_browser, report_id, result))

    sent(corrected(report, 61.25, "LL"), corrected(value, 61.25, "LL"))

    pages = her_pages(her_browser, report_id, result)
    assert not [page for page in pages if "104.75" in page or "61.25" in page]
    assert "corrected" in pages[3]
    assert "rely on" in pages[3]


def test_on_no_page_does_anything_stand_of_a_result_that_was_another_persons(shown, her_browser):
    (report_id, result), report, value = shown
    sent(corrected(report, 0, "", wrong=True), corrected(value, 0, "", wrong=True))

    pages = her_pages(her_browser, report_id, result)

    for word in ("104.75", "Haemoglobin", "Full blood count"):
        assert not [page for page in pages if word in page]
    assert "removed from your record" in pages[3]


def test_once_corrected_the_old_value_stands_struck_through_beside_the_new(shown, her_browser):
    (report_id, result), report, value = shown

    sent(corrected(report, 114.5, "N"), corrected(value, 114.5, "N"))

    page = her_pages(her_browser, report_id, result)[3]
    assert "<del>104.75</del>" in page
    assert "114.5" in page

"""A withheld result changes nothing that the patient receives, byte for byte (decisions 25)."""

import re

import pytest

from fhir import audit, changes
from fhir.store import Criteria, NotFound
from portal.results.actions import hold
from portal.results.tasks import release_due
from tests.builders import a_report
from tests.portal.results.laboratory import a_count, a_value, as_patient, received, sent, told
from tests.portal.results.pieces import TUESDAY
from tests.portal.results.test_release import an_act, as_staff
from tests.portal.results.test_release_page import at, stamp_on
from tests.signing_in import signed_in

pytestmark = pytest.mark.usefixtures("tuesday")

TYPES = (
    "Patient",
    "DiagnosticReport",
    "Observation",
    "DocumentReference",
    "Communication",
    "Condition",
    "ServiceRequest",
)


def everything(patient, ids=()):
    """Return all that the store tells this patient, as bytes."""
    records = as_patient(patient)
    told_of = [changes.head(records.viewer, patient), changes.since(records.viewer, patient, 0)]
    for resource_type in TYPES:
        criteria = Criteria(resource_type, [patient])
        found, more = records.search(criteria)
        told_of += [[one.text for one in found], more, records.summaries(criteria)]
        told_of += [records.count(criteria), records.retracted(patient, resource_type)]
        told_of += [records.count(Criteria(resource_type, withheld=True))]
    told_of += [_refused(records, *one) for one in ids]
    entries = audit.entries_for(records.viewer, patient, count=500)
    told_of += [one for one in entries if one.who != records.viewer.who]
    return repr(told_of).encode()


def _refused(records, resource_type, logical_id):
    answers = []
    for ask in (
        lambda: records.read(resource_type, logical_id),
        lambda: records.read_version(resource_type, logical_id, 1),
        lambda: records.history(resource_type, logical_id),
    ):
        try:
            answers.append(ask())
        except NotFound as refused:
            answers.append(str(refused).replace(logical_id, "ID"))
    return answers


@pytest.fixture
def record(amina_yusuf):
    """Give Amina a record in which something is to be seen."""
    sent(*a_count(amina_yusuf))
    assert b"Haemoglobin" in everything(amina_yusuf)
    return amina_yusuf


def test_from_its_arrival_until_its_release_nothing_tells_of_a_withheld_report(
    record, tuesday, dr_nair
):
    before = everything(record)
    report, value = a_count(record, a_value(record, "61", "LL"))

    report_id, _ = received(report, value)
    assert everything(record) == before
    told()
    assert everything(record) == before
    browser = signed_in(dr_nair)
    assert report_id in browser.get("/staff/results/").content.decode()
    assert everything(record) == before
    stamp = stamp_on(browser.get(at(report_id)))
    browser.post(at(report_id), {"act": "preview", "seen": stamp, "comment": "Hello"})
    assert everything(record) == before
    hold(as_staff(dr_nair), an_act(record, report_id, words="Not yet."))
    assert everything(record) == before
    sent({**report, "status": "corrected"}, {**value, "status": "corrected"})
    assert everything(record) == before
    tuesday.move(days=1)
    release_due(timestamp=0)
    assert everything(record) == before

    stamp = stamp_on(browser_of(dr_nair).get(at(report_id)))
    browser_of(dr_nair).post(at(report_id), {"act": "release", "told": "no", "seen": stamp})
    assert everything(record) != before
    assert report_id.encode() in everything(record)


def browser_of(user):
    return signed_in(user)


def test_asking_for_a_withheld_report_is_answered_as_for_one_that_never_was(record):
    report, value = sent(*a_count(record, a_value(record, "61", "LL")))
    records = as_patient(record)

    for resource_type, logical_id in (("DiagnosticReport", report), ("Observation", value)):
        assert _refused(records, resource_type, logical_id) == _refused(
            records, resource_type, "no-such-id"
        )


def test_a_withheld_report_that_is_taken_back_was_never_there(record):
    before = everything(record)
    report = a_report(record, "Biopsy", "11526-1", conclusion="Seen")

    sent(report)
    sent({**report, "status": "entered-in-error"})

    assert everything(record) == before


PAGES = (
    "/",
    "/?part=status",
    "/record/",
    "/record/?part=sections&section=record",
    "/record/results/",
    "/record/results/?part=results",
    "/record/results/?part=status",
    "/record/access-log/",
    "/live/head",
    "/account/",
)


def pages_of(browser, frozen):
    """Return all that her browser receives: status, headers and body of each page."""
    received = []
    for path in PAGES:
        frozen.move_to(TUESDAY)
        page = browser.get(path)
        body = re.sub(rb'(csrfmiddlewaretoken" value=)"[^"]*"', rb"\1", page.content)
        received.append((path, page.status_code, sorted(page.headers.items()), body))
    return received


def test_no_page_header_or_count_of_hers_tells_of_a_withheld_report(
    record, tuesday, her_browser, dr_nair
):
    before = pages_of(her_browser, tuesday)
    assert {status for _, status, _, _ in before} <= {200, 204}
    assert any(b"Full blood count" in body for *_, body in before)
    assert pages_of(her_browser, tuesday) == before

    report_id, _ = sent(*a_count(record, a_value(record, "61", "LL")))
    assert pages_of(her_browser, tuesday) == before
    staff = signed_in(dr_nair)
    assert report_id in staff.get("/staff/results/").content.decode()
    stamp = stamp_on(staff.get(at(report_id)))
    assert pages_of(her_browser, tuesday) == before

    staff.post(at(report_id), {"act": "release", "told": "no", "seen": stamp})
    assert pages_of(her_browser, tuesday) != before


@pytest.mark.parametrize("what", ["DiagnosticReport", "Observation"])
def test_the_address_of_a_withheld_result_answers_as_one_that_never_was(
    record, tuesday, her_browser, what
):
    report, value = sent(*a_count(record, a_value(record, "61", "LL")))
    paths = {
        "DiagnosticReport": ("/record/results/{}/", report),
        "Observation": ("/record/results/alone/{}/", value),
    }
    path, hidden = paths[what]

    pages = [her_browser.get(path.format(one)) for one in (hidden, "no-such-id")]

    assert [page.status_code for page in pages] == [404, 404]
    assert pages[0].content.replace(hidden.encode(), b"no-such-id") == pages[1].content
    assert sorted(pages[0].headers.items()) == sorted(pages[1].headers.items())

"""Opening a record in an emergency: with a reason, for four hours, alarmed and told."""

import logging

import pytest
from django.core import mail

from fhir import alarms
from fhir.access import Interaction
from fhir.alarms import Alarm
from fhir.store import NotFound, Repository
from portal import clock
from portal.emergency.models import EmergencyAccess
from portal.identity import sessions
from portal.identity.models import Role, Tie
from portal.identity.viewers import viewer_in
from tests.builders import a_report, an_observation, labelled
from tests.portal.pages import words
from tests.portal.record.things import a_condition, a_medicine, an_allergy
from tests.portal.results.staff import a_clinician, treats
from tests.signing_in import a_login, linked, signed_in

PAGE = "/staff/emergency/"
WHOSE = {"nhs_number": "999 102 6347", "born_0": "11", "born_1": "2", "born_2": "1945"}
NOBODY = WHOSE | {"born_0": "12"}
WHY = {"why": "treating", "reason": "Short of breath, cannot name her medicines."}


@pytest.fixture
def dr_lund(db):
    return a_clinician("Dr Erik Lund", job_title="Registrar")


@pytest.fixture
def browser(dr_lund):
    return signed_in(dr_lund)


def asks(browser, whose=WHOSE, why=WHY):
    browser.post(PAGE, whose)
    return browser.post(f"{PAGE}why/", why)


def viewer_of(browser):
    token = browser.session[sessions.TOKEN]
    return viewer_in(sessions.still_stands(token, clock.now()))


def may_read(browser, stored):
    try:
        Repository(viewer_of(browser)).read(stored.resource_type, stored.id)
    except NotFound:
        return False
    return True


def test_it_opens_one_record_for_four_hours_and_no_longer(
    browser,
    hospital,
    graces_record,
    moved_clock,
):
    report = hospital.create(a_report(graces_record))
    withheld = hospital.create(labelled(an_observation(graces_record), "NOPAT"))
    assert not may_read(browser, report)

    opened = asks(browser)

    assert "Grace Carter" in words(browser.get(opened["Location"]))
    assert may_read(browser, report)
    assert may_read(browser, withheld)
    moved_clock.move(hours=4)
    again = signed_in(EmergencyAccess.objects.get().user)
    assert not may_read(again, report)
    assert again.get(opened["Location"]).status_code == 404


def test_it_says_what_was_reacted_to_how_and_what_is_taken(browser, hospital, graces_record):
    reaction = {"manifestation": [{"text": "Swollen face"}], "severity": "severe"}
    hospital.create(an_allergy(graces_record, reaction=[reaction]))
    hospital.create(an_allergy(graces_record, "716186003", "No known allergy"))
    hospital.create(a_medicine(graces_record, status="on-hold"))

    said = words(browser.get(asks(browser)["Location"]))

    assert "Penicillin . Active. Swollen face. Severe. 4 June 2024" in said
    assert "No known allergy" in said
    assert "Tiotropium . Paused. Breathe in 1 capsule, once a day. 4 June 2024" in said


def test_it_leaves_out_what_was_written_down_by_mistake(browser, hospital, graces_record):
    by_mistake = {"coding": [{"code": "entered-in-error"}]}
    held = a_condition(graces_record, "Diabetes", verificationStatus=by_mistake)
    del held["clinicalStatus"]
    hospital.create(held)

    opened = asks(browser)

    assert "Diabetes" not in words(browser.get(opened["Location"]))


def test_it_gives_no_right_to_decide_on_results(browser, graces_record):
    asks(browser)

    (held,) = [one for one in viewer_of(browser).grants if one.reaches(graces_record)]
    assert Interaction.LABEL not in held.interactions
    assert Interaction.CREATE not in held.interactions


def test_the_page_is_the_same_whether_or_not_there_is_a_record(browser, graces_record):
    pages = []
    for whose in (WHOSE, NOBODY):
        browser.post(PAGE, whose)
        pages.append(words(browser.get(f"{PAGE}why/")))

    assert pages[0] == pages[1]
    assert "999 102 6347" in pages[0]
    assert "Grace" not in pages[0]


def test_without_a_record_nothing_opens_and_nobody_is_told(browser, graces_record):
    answer = asks(browser, whose=NOBODY)

    assert answer.status_code == 400
    assert "No record can be opened by this NHS number" in words(answer)
    assert not EmergencyAccess.objects.exists()
    assert mail.outbox == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"reason": "Ill."}, "in 20 characters or more"),
        ({"reason": ""}, "Say what is happening"),
        ({"reason": "x" * 301}, "in 300 characters or fewer"),
        ({"why": ""}, "Choose why you need it now"),
    ],
)
def test_a_reason_is_needed(browser, graces_record, wrong, said):
    answer = asks(browser, why=WHY | wrong)

    assert answer.status_code == 400
    assert said in words(answer)
    assert not EmergencyAccess.objects.exists()


@pytest.mark.parametrize("is_own", [True, False])
def test_ones_own_record_and_a_relations_are_refused_and_alarmed(
    browser,
    dr_lund,
    graces_record,
    caplog,
    is_own,
):
    if is_own:
        linked(dr_lund, graces_record)
    else:
        Tie.objects.create(user=dr_lund, patient=graces_record, declared_at=clock.now())
    as_staff = signed_in(dr_lund)
    as_staff.post("/account/capacity/", {"to": "staff"})

    answer = asks(as_staff)

    assert "It is yours, or a relation’s" in words(answer)
    assert not EmergencyAccess.objects.exists()
    assert "alarm: Practitioner/" in caplog.text
    assert alarms.counts()[Alarm.BARRED] == 1


def test_it_is_alarmed_and_the_patient_is_told_at_once_without_the_reason(
    browser,
    grace,
    caplog,
):
    with caplog.at_level(logging.ERROR):
        asks(browser)

    assert "opened a record in an emergency" in caplog.text
    (told,) = mail.outbox
    assert told.to == ["grace.carter@example.org"]
    for never in ("Lund", "breath", "medicine", "Grace"):
        assert never not in f"{told.subject} {told.body}"


def test_the_patient_reads_who_it_was_and_why_in_red(browser, grace, dr_lund):
    opened = asks(browser)
    browser.get(opened["Location"])

    log = signed_in(grace).get("/record/access-log/")

    assert "db-look--alarm" in log.content.decode()
    said = words(log)
    assert "Emergency access Dr Erik Lund Registrar" in said
    assert "Reason given: “Short of breath, cannot name her medicines.” It ends at" in said
    assert "Our privacy team has been told" in said


def test_what_a_treating_clinician_reads_is_not_red(grace, graces_record, hospital):
    treating = signed_in(treats(a_clinician("Dr Priya Nair"), graces_record))
    report = hospital.create(a_report(graces_record))
    assert may_read(treating, report)

    log = signed_in(grace).get("/record/access-log/").content.decode()

    assert "Dr Priya Nair" in log
    assert "db-look--alarm" not in log


def test_it_is_given_back_before_its_end(browser, graces_record, hospital):
    report = hospital.create(a_report(graces_record))
    place = asks(browser)["Location"]
    assert may_read(browser, report)

    browser.post(f"{place}close/")

    assert not may_read(browser, report)
    assert browser.get(place).status_code == 404


def test_nobody_else_uses_what_one_opened(browser, graces_record, hospital):
    report = hospital.create(a_report(graces_record))
    place = asks(browser)["Location"]
    other = signed_in(a_clinician("Dr Priya Nair"))

    assert other.get(place).status_code == 404
    other.post(f"{place}close/")
    assert not may_read(other, report)
    assert may_read(browser, report)


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.NONE, Role.CLINICIAN}])
def test_it_is_for_clinicians_alone(db, role):
    other = signed_in(a_login("Other", role))

    assert other.get(PAGE).status_code == 403
    assert other.post(PAGE, WHOSE).status_code == 403


def test_whoever_guards_privacy_checks_each_one_and_nobody_their_own(
    browser,
    graces_record,
):
    asks(browser)
    admin = signed_in(a_login("Alex Byrne", Role.ADMIN))
    assert "Dr Erik Lund, Registrar I am treating them now" in words(admin.get("/ops/emergencies/"))
    key = EmergencyAccess.objects.get().key

    admin.post(f"/ops/emergencies/{key}/")

    assert EmergencyAccess.objects.get().checked_by.name == "Alex Byrne"
    assert "There is nothing to check" in words(admin.get("/ops/emergencies/"))
    assert signed_in(a_login("Op", Role.OPERATIONS)).get("/ops/emergencies/").status_code == 403

"""Who sees what waits, and in which order."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fhir import audit
from fhir.access import SYSTEM
from fhir.store import Repository
from portal import clock
from portal.identity.models import Capacity, Role, SessionLimit
from tests.builders import a_patient
from tests.portal.results.laboratory import a_count, a_value, as_patient, coded, sent
from tests.portal.results.staff import DOCTOR, a_clinician, treats
from tests.signing_in import a_login, signed_in

pytestmark = pytest.mark.usefixtures("tuesday")
WORKLIST = "/staff/results/"


@pytest.fixture
def waiting(amina_yusuf):
    """Give the id of a report of Amina's with a critical value."""
    report, _ = sent(*a_count(amina_yusuf, a_value(amina_yusuf, "61", "LL")))
    return report


def page_for(user, path=WORKLIST):
    return signed_in(user).get(path)


def test_the_clinician_who_treats_the_patient_sees_what_waits_and_why(waiting, dr_nair):
    page = page_for(dr_nair)

    assert page.status_code == 200
    text = page.content.decode()
    for said in ("Amina Yusuf", "999 100 0003", "14 March 1968", "Full blood count", "Critical"):
        assert said in text
    assert "Haemoglobin 61 g/L, very low" in text
    assert f"/staff/results/{waiting}/" in text


def test_whoever_asked_for_the_report_sees_it_too(amina_yusuf):
    doctor = Repository(SYSTEM).create(DOCTOR).id
    by = [{"reference": f"Practitioner/{doctor}"}]
    user = a_login("Dr Petrov", Role.CLINICIAN, practitioners=[doctor])
    report, _ = sent(
        *a_count(amina_yusuf, a_value(amina_yusuf, flag="LL"), resultsInterpreter=by, performer=by)
    )

    assert report in page_for(user).content.decode()


@pytest.mark.parametrize("who", ["dr_lund", "dr_yusuf", "dr_amina"])
def test_who_does_not_treat_or_is_related_sees_nothing_of_it(waiting, dr_nair, who, request):
    user = request.getfixturevalue(who)
    SessionLimit.objects.filter(user=user).update(capacity=Capacity.STAFF)
    browser = as_staff(user)

    listed, one, unknown = (
        browser.get(path)
        for path in (WORKLIST, f"{WORKLIST}{waiting}/", f"{WORKLIST}no-such-report/")
    )

    assert waiting in page_for(dr_nair).content.decode()
    assert listed.status_code == 200
    assert "Amina" not in main(listed)
    assert "Nothing is waiting" in main(listed)
    assert (one.status_code, unknown.status_code) == (404, 404)
    assert one.content == unknown.content


def as_staff(user):
    """Sign in somebody who may have a record too, and choose to be staff."""
    browser = signed_in(user)
    SessionLimit.objects.filter(user=user).update(capacity=Capacity.STAFF, person="")
    return browser


def main(page):
    return page.content.decode().split('id="maincontent"')[1]


@pytest.mark.parametrize("role", [Role.EDITOR, Role.APPROVER, Role.OPERATIONS, Role.RECORDS])
def test_staff_of_other_roles_are_refused_alike_for_every_id(waiting, role):
    browser = signed_in(a_login("Sam Reed", role))

    pages = [browser.get(path) for path in (WORKLIST, f"{WORKLIST}{waiting}/", f"{WORKLIST}x/")]

    assert {page.status_code for page in pages} == {403}
    assert len({page.content for page in pages}) == 1


def test_a_patient_is_refused_and_a_stranger_is_sent_to_sign_in(waiting, her_browser, client):
    assert her_browser.get(WORKLIST).status_code == 403
    assert her_browser.get(f"{WORKLIST}{waiting}/").status_code == 403
    assert client.get(WORKLIST)["Location"].startswith("/account/login/")


def test_an_attempt_on_a_relations_result_is_audited_and_alarmed(waiting, dr_yusuf, caplog):
    as_staff(dr_yusuf).get(f"{WORKLIST}{waiting}/")

    assert "alarm" in caplog.text
    with connection.cursor() as cursor, Repository(SYSTEM).transaction():
        cursor.execute(
            "SELECT outcome FROM portal_fhir_auditentry WHERE who = %s AND outcome <> 'allowed'",
            [f"Practitioner/{dr_yusuf.practitioners[0]}"],
        )
        assert cursor.fetchall() == [("barred",)]


def test_the_critical_comes_first_then_the_longest_wait(tuesday, amina_yusuf, dr_nair):
    unlisted = {"code": coded("99999-9", "Something new")}
    first, *_ = sent(*a_count(amina_yusuf, a_value(amina_yusuf, flag="H") | unlisted))
    tuesday.move(days=4)
    second, *_ = sent(*a_count(amina_yusuf, a_value(amina_yusuf, flag="H") | unlisted))
    critical, *_ = sent(*a_count(amina_yusuf, a_value(amina_yusuf, flag="HH")))

    text = main(page_for(dr_nair))

    places = [text.index(f"/staff/results/{one}/") for one in (critical, first, second)]
    assert places == sorted(places)
    headings = [text.index(one) for one in ("Critical value · 1", "Over 3 days · 1", "Later · 1")]
    assert headings == sorted(headings)


def test_what_opens_by_itself_says_when(tuesday, amina_yusuf, dr_nair):
    tuesday.move(hours=12)
    sent(*a_count(amina_yusuf))

    text = main(page_for(dr_nair))

    assert "Opens by itself" in text
    assert "Wednesday 11 March 2026 at 9am" in text


def test_it_asks_the_same_number_of_questions_however_much_waits(amina_yusuf, dr_nair):
    browser = signed_in(dr_nair)

    def asked(number):
        for _ in range(number):
            sent(*a_count(amina_yusuf, a_value(amina_yusuf, flag="LL")))
        clock.forget()
        with CaptureQueriesContext(connection) as queries:
            page = browser.get(WORKLIST)
        return len(queries), page.content.decode().count("Decide<")

    asked(1)
    (few, two), (many, nine) = asked(1), asked(7)

    assert (two, nine) == (2, 9)
    assert few == many


def test_a_long_list_is_shown_in_pages(amina_yusuf, dr_nair, monkeypatch):
    monkeypatch.setattr("portal.results.worklist.MOST", 2)
    ids = [sent(*a_count(amina_yusuf, a_value(amina_yusuf, flag="LL")))[0] for _ in range(3)]
    browser = signed_in(dr_nair)

    first, second = (main(browser.get(f"{WORKLIST}?page={n}")) for n in (1, 2))

    assert [one in first for one in ids] == [True, True, False]
    assert [one in second for one in ids] == [False, False, True]
    assert browser.get(f"{WORKLIST}?page=0").status_code == 404
    assert browser.get(f"{WORKLIST}?page=x").status_code == 404


def test_a_patients_log_does_not_tell_that_a_clinician_has_looked_at_what_waits(
    waiting, amina_yusuf, dr_nair
):
    viewer = as_patient(amina_yusuf).viewer
    before = audit.entries_for(viewer, amina_yusuf)
    browser = signed_in(dr_nair)

    assert browser.get(WORKLIST).status_code == 200
    assert browser.get(f"{WORKLIST}{waiting}/").status_code == 200

    after = [one for one in audit.entries_for(viewer, amina_yusuf) if one.who != viewer.who]
    assert after == [one for one in before if one.who != viewer.who]


def test_once_released_the_log_says_who_had_looked(waiting, amina_yusuf, dr_nair):
    browser = signed_in(dr_nair)
    seen = _seen(browser.get(f"{WORKLIST}{waiting}/"))

    browser.post(f"{WORKLIST}{waiting}/", {"act": "release", "told": "phone", "seen": seen})

    entries = audit.entries_for(as_patient(amina_yusuf).viewer, amina_yusuf)
    assert "Dr Priya Nair" in {one.name for one in entries}


def _seen(page):
    return page.content.decode().split('name="seen" value="')[1].split('"')[0]


def test_ordinary_results_of_one_kind_are_one_decision(tuesday, dr_nair, amina_yusuf):
    tuesday.move(hours=12)
    ben = Repository(SYSTEM).create(a_patient("9991013172", "Carter", "Ben")).id
    treats(dr_nair, ben)
    ids = [sent(*a_count(one))[0] for one in (amina_yusuf, ben)]
    odd, *_ = sent(*a_count(ben, a_value(ben, "104", "L")))

    text = main(page_for(dr_nair))

    assert "2 results, all in range, no free text. One decision." in text
    assert "2 patients" in text
    assert odd in text
    assert not [one for one in ids if one in text]


def test_a_waiting_time_is_said_as_one_says_it(tuesday, waiting, dr_nair):
    tuesday.move_to(tuesday.move() + timedelta(minutes=72))
    assert "1 h 12 min" in main(page_for(dr_nair))


def test_somebody_elses_patients_are_not_listed(waiting, dr_nair):
    other = a_clinician("Dr Okoro")
    assert waiting in main(page_for(dr_nair))
    assert waiting not in main(page_for(other))

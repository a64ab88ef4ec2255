"""Asking why somebody looked: on people's lines, answered by the privacy team, beside the line."""

import re
from dataclasses import replace
from datetime import date

import pytest
from django.core import mail

from fhir.access import SYSTEM
from fhir.audit import entries_for
from fhir.labels import Label
from fhir.store import Repository
from portal.identity.models import Role, Tie
from portal.privacy.models import Question
from tests.builders import a_patient
from tests.portal.amina import a_count
from tests.portal.carers.helping import acting, helps, invited
from tests.portal.pages import words
from tests.portal.record.looked import A_LINK, DR_NAIR, STEPWELL, WINPATH
from tests.signing_in import a_login, linked, signed_in, with_app

LOG = "/record/access-log/"
STAFF = "/staff/privacy/"
LINK = re.compile(r'href="(/record/access-log/why/[^"]+)"')


@pytest.fixture
def count(hospital, amina_yusuf):
    return a_count(hospital, amina_yusuf)[0]


@pytest.fixture
def looked(count):
    """Give the report that Dr Nair looked at."""
    Repository(DR_NAIR).read("DiagnosticReport", count)
    return count


@pytest.fixture
def why(her_browser, looked):
    return LINK.search(her_browser.get(LOG).content.decode())[1]


@pytest.fixture
def records_staff(db):
    return signed_in(a_login("Rosa Okafor", Role.RECORDS, job_title="Records manager"))


def asked(browser, why, said="She is my neighbour."):
    return browser.post(why, {"words": said})


@pytest.mark.parametrize(
    ("viewer", "may"), [(DR_NAIR, True), (WINPATH, False), (STEPWELL, False), (A_LINK, False)]
)
def test_it_is_asked_about_people_alone(her_browser, count, viewer, may):
    Repository(viewer).read("DiagnosticReport", count)

    assert bool(LINK.search(her_browser.get(LOG).content.decode())) == may


def test_it_is_not_asked_about_oneself(her_browser, looked):
    her_browser.get(LOG)

    assert not LINK.search(her_browser.get(LOG, {"who": "me"}).content.decode())


def test_it_is_asked_about_who_helps(grace, ben, graces_record, hospital):
    a_count(hospital, graces_record)
    acting(ben, helps(ben, grace, "results")).get("/record/results/")
    browser = signed_in(grace)

    why = LINK.search(browser.get(LOG).content.decode())[1]

    said = words(browser.get(why))
    assert "Ben Carter Your son, helping you" in said
    assert "Do you want to change what Ben Carter can see? People who help me" in said


def test_the_form_shows_the_line_and_asks_for_no_more_than_somebody_wants_to_say(her_browser, why):
    said = words(her_browser.get(why))
    assert "Dr Priya Nair Consultant, breathing clinic Looked at your full blood count" in said
    assert "They answer within 10 working days." in said

    answer = asked(her_browser, why, "")

    assert answer["Location"] == LOG
    # Thursday 12 March 2026 and ten working days.
    assert Question.objects.get().due_on == date(2026, 3, 26)
    assert "You asked why on 12 March 2026. The privacy team will answer by Thursday 26 March" in (
        words(her_browser.get(LOG))
    )


def test_bank_holidays_are_no_working_days(thursday, moved_clock, her_login, looked):
    moved_clock.move(days=21)  # 2 April 2026, the day before Good Friday
    Repository(DR_NAIR).read("DiagnosticReport", looked)
    browser = signed_in(her_login)
    asked(browser, LINK.search(browser.get(LOG).content.decode())[1])

    assert Question.objects.get().due_on == date(2026, 4, 20)


def test_a_line_is_asked_about_once(her_browser, why):
    asked(her_browser, why)
    again = asked(her_browser, why, "Once more")

    assert again["Location"] == LOG
    assert Question.objects.get().words == "She is my neighbour."
    assert her_browser.get(why)["Location"] == LOG


def test_a_question_too_long_is_refused_and_stays_in_the_form(her_browser, why):
    answer = asked(her_browser, why, "x" * 1001)

    assert answer.status_code == 400
    assert "Your question must be 1000 characters or fewer" in words(answer)
    assert "x" * 1001 in answer.content.decode()


def test_a_line_that_went_on_is_still_the_one_that_was_asked_about(
    her_browser, why, looked, moved_clock
):
    asked(her_browser, why)
    moved_clock.move(minutes=5)
    Repository(DR_NAIR).read("DiagnosticReport", looked)

    said = words(her_browser.get(LOG))

    assert said.count("You asked why") == 1
    assert "Ask why" not in said


def test_a_later_visit_is_another_line(her_browser, why, looked, moved_clock):
    asked(her_browser, why)
    moved_clock.move(minutes=20)
    Repository(DR_NAIR).read("DiagnosticReport", looked)

    body = her_browser.get(LOG).content.decode()

    assert body.count("You asked why") == 1
    assert len(LINK.findall(body)) == 1


def test_the_answer_stands_beside_the_line_and_is_told_of_by_mail(
    her_browser, why, records_staff, moved_clock
):
    asked(her_browser, why)
    listed = records_staff.get(STAFF)
    assert "26 March 2026 Amina Yusuf Asked on 12 March 2026 Dr Priya Nair" in words(listed)
    place = f"{STAFF}{Question.objects.get().key}/"
    page = words(records_staff.get(place))
    assert "999 100 0003" in page
    assert "She is my neighbour." in page
    moved_clock.move(minutes=1)

    answer = records_staff.post(place, {"answer": "Dr Nair asked for this test."})

    assert answer["Location"] == STAFF
    assert "Nobody waits for an answer." in words(records_staff.get(STAFF))
    assert (
        "You asked why on 12 March 2026. The privacy team answered on 12 March 2026:"
        " “Dr Nair asked for this test.”"
    ) in words(her_browser.get(LOG))
    (sent,) = mail.outbox
    assert sent.to == ["amina.yusuf@example.org"]
    assert "Nair" not in sent.subject + sent.body
    assert "asked for this test" not in sent.body


def test_what_is_asked_does_not_tell_the_team_the_name_of_a_test(her_browser, why, records_staff):
    asked(her_browser, why)

    page = records_staff.get(f"{STAFF}{Question.objects.get().key}/").content.decode()

    assert "Looked at your test results" in page
    assert "full blood count" not in page.casefold()


def test_the_patient_sees_that_the_team_looked(her_browser, why, records_staff, amina_yusuf):
    asked(her_browser, why)
    records_staff.get(f"{STAFF}{Question.objects.get().key}/")

    assert "Rosa Okafor Records manager Looked at this list" in words(her_browser.get(LOG))


def test_an_answer_is_given_once(her_browser, why, records_staff):
    asked(her_browser, why)
    place = f"{STAFF}{Question.objects.get().key}/"
    records_staff.post(place, {"answer": "First."})

    assert records_staff.post(place, {"answer": "Second."}).status_code == 404
    assert Question.objects.get().answer == "First."
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("given", ["", "   ", "x" * 2001])
def test_an_answer_says_something_and_not_too_much(her_browser, why, records_staff, given):
    asked(her_browser, why)

    answer = records_staff.post(f"{STAFF}{Question.objects.get().key}/", {"answer": given})

    assert answer.status_code == 400
    assert Question.objects.get().answered_at is None
    assert mail.outbox == []


@pytest.mark.usefixtures("thursday")
def test_questions_come_by_the_day_on_which_they_are_due_and_say_when_it_is_past(
    her_login, looked, moved_clock
):
    for days, doctor in ((0, "Dr First"), (1, "Dr Second")):
        moved_clock.move(days=days)
        viewer = replace(DR_NAIR, who=f"Practitioner/{days}", name=doctor)
        Repository(viewer).read("DiagnosticReport", looked)
        browser = signed_in(her_login)
        asked(browser, LINK.search(browser.get(LOG).content.decode())[1])
    moved_clock.move(days=14)

    said = words(signed_in(a_login("Ann", Role.ADMIN)).get(STAFF))

    assert said.index("Dr First") < said.index("Dr Second")
    assert said.count("Overdue") == 1


def test_nobody_answers_about_themselves_or_of_a_record_closed_to_them(
    her_browser, her_login, hospital, amina_yusuf, count
):
    looker = a_login("Rosa Okafor", Role.RECORDS)
    Repository(replace(DR_NAIR, who=f"User/{looker.pk}", name="Rosa Okafor")).read(
        "DiagnosticReport", count
    )
    relation = a_login("Zainab Yusuf", Role.RECORDS)
    Tie.objects.create(user=relation, patient=amina_yusuf, declared_at=her_login.joined_at)
    asked(her_browser, LINK.search(her_browser.get(LOG).content.decode())[1])
    place = f"{STAFF}{Question.objects.get().key}/"

    for user in (looker, relation):
        browser = signed_in(user)
        assert "Nobody waits for an answer." in words(browser.get(STAFF))
        assert browser.get(place).status_code == 404
        assert browser.post(place, {"answer": "It was I."}).status_code == 404
    assert signed_in(a_login("Other", Role.RECORDS)).get(place).status_code == 200


def test_a_line_that_is_withheld_again_takes_its_question_out_of_sight(
    her_browser, hospital, why, looked
):
    asked(her_browser, why)

    hospital.relabel("DiagnosticReport", looked, add=Label.NOPAT)

    assert "You asked why" not in words(her_browser.get(LOG))
    assert her_browser.get(why).status_code == 404


def test_every_kind_of_viewer_is_tried_at_the_form(her_browser, why, grace, ben, client):
    carer = acting(ben, helps(ben, grace, "results"))
    tried = {
        "a visitor": (client, 302),
        "another patient": (signed_in(grace), 404),
        "a carer of another": (carer, 404),
        **{
            role: (signed_in(with_app(a_login(f"The {role}", role))), 403)
            for role in Role
            if role != Role.NONE
        },
        "herself": (her_browser, 200),
    }

    found = {who: browser.get(why).status_code for who, (browser, _) in tried.items()}

    assert found == {who: status for who, (_, status) in tried.items()}
    for name in ("x", "AAAA", why.split("/")[-2][:-2]):
        assert her_browser.get(f"/record/access-log/why/{name}/").status_code == 404


def test_a_carer_of_hers_cannot_ask_in_her_name(her_login, ben, hospital, amina_yusuf, why):
    invitation = invited(her_login, "results")
    assert invitation.sharing.patient == amina_yusuf
    carer = acting(ben, invitation.sharing)

    assert carer.get(why).status_code == 404
    assert asked(carer, why).status_code == 404
    assert not Question.objects.exists()


def test_every_role_is_tried_at_the_questions(her_browser, why, client):
    asked(her_browser, why)
    place = f"{STAFF}{Question.objects.get().key}/"
    staff = {role: signed_in(a_login(f"The {role}", role)) for role in Role if role != Role.NONE}

    opened = {role for role, browser in staff.items() if browser.get(place).status_code == 200}

    assert opened == {Role.RECORDS, Role.ADMIN}
    assert all(
        browser.get(f"{STAFF}7d5b43c2-0000-4000-8000-0123456789ab/").status_code
        == (404 if role in opened else 403)
        for role, browser in staff.items()
    )
    assert her_browser.get(place).status_code == 403
    assert client.get(place)["Location"].startswith("/account/login/")


def test_nothing_of_it_is_in_the_log_of_another(her_browser, why, hospital):
    asked(her_browser, why)
    other = hospital.create(a_patient("9991013172", family="Carter")).id
    ben = a_login("Ben Carter")
    linked(ben, other)

    assert "You asked why" not in words(signed_in(ben).get(LOG))
    assert not [one for one in entries_for(SYSTEM, other) if one.resource_type == "Question"]

"""What was asked is read by whose it is to answer, warning signs first, and answered once."""

import re
from datetime import UTC, date, datetime

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fhir import changes
from fhir.access import SYSTEM
from fhir.store import Repository
from portal import clock
from portal.appointments.tickets import tickets
from portal.identity.models import Role, Tie
from portal.identity.sessions import still_stands
from portal.live import desks
from portal.notices.sending import send_due
from portal.ops import alarms
from portal.pifu.rules import State
from tests.builders import a_patient, labelled
from tests.portal.appointments import clinic as making
from tests.portal.notices.pieces import sent
from tests.portal.pages import words
from tests.portal.pifu.pieces import (
    SPEECHLESS,
    TITLE,
    WORDS,
    a_plan,
    ask_of,
    asks,
    held,
    resource,
    rows,
)
from tests.portal.results.staff import a_clinician, treats
from tests.signing_in import a_login, linked, signed_in

LIST = "/staff/asks/"
HER_LINE = "Amina Yusuf 999 100 0003 · 14 March 1968"


def page_of(ask):
    return f"{LIST}{ask.key}/"


def asked_page(ask):
    return f"/appointments/asked/{ask.key}/"


@pytest.fixture
def ask(plan, her_browser):
    asks(her_browser, plan)
    return ask_of(plan)


@pytest.fixture
def flagged(plan, her_browser):
    asks(her_browser, plan, signs=[SPEECHLESS])
    return ask_of(plan)


def booking(**more):
    return {"act": "book", "service": making.SERVICE, "modes": ["video"], "within": "2"} | more


def another(doctor, number, **said):
    """Let somebody else ask."""
    key = Repository(SYSTEM).create(a_patient("", f"Family{number}", "Person")).id
    user = a_login(f"Person {number}")
    linked(user, key)
    treats(doctor, key)
    plan = a_plan(doctor, key)
    asks(signed_in(user), plan, **said)
    return ask_of(plan)


def test_the_list_says_who_asks_and_puts_warning_signs_and_then_the_first_due_on_top(
    ask, doctor, moved_clock
):
    moved_clock.move(days=1)
    late = another(doctor, 1)
    first = another(doctor, 2, signs=[SPEECHLESS])

    office = a_login("Sam Reed", Role.BOOKING, sites=["north"])
    for browser in (signed_in(doctor), signed_in(office)):
        said = words(browser.get(LIST))
        order = [said.index(one) for one in ("Person Family2", HER_LINE, "Person Family1")]
        assert order == sorted(order)
        assert "3 people wait for an answer." in said
        assert f"Warning sign {SPEECHLESS} Answer by 16 March 2026" in said
        assert f"{TITLE} {WORDS} yesterday at 9:02am" in said
    assert (late.due_at, first.due_at) == (
        datetime(2026, 3, 17, 17, tzinfo=UTC),
        datetime(2026, 3, 16, 17, tzinfo=UTC),
    )


def test_a_ticket_is_ready_to_book_at_once_and_told_without_a_word_of_what_for(
    ask, surgery, her_browser, amina_yusuf, doctor
):
    sent()
    page = words(surgery.get(page_of(ask)))
    for said in (
        HER_LINE.split(" 999", maxsplit=1)[0],
        WORDS,
        "Ring 07700 900123",
        "12 September 2026",
    ):
        assert said in page

    done = surgery.post(page_of(ask), booking(words="Let us talk about it."), follow=True)

    assert "Amina Yusuf can book a visit now, and is told." in words(done)
    assert "Nobody waits for an answer." in words(done)
    [ticket] = tickets(making.records_of(amina_yusuf), amina_yusuf)
    assert (ticket.title, ticket.modes, ticket.asked_by) == (TITLE, {"video"}, doctor.name)
    assert ticket.latest.date() == date(2026, 3, 27)
    made = resource(ticket.id)
    assert made["basedOn"] == [{"reference": f"ServiceRequest/{ask.key}"}]
    assert resource(ask.key)["status"] == "completed"
    said = words(her_browser.get(asked_page(ask)))
    assert "You can book a visit Your team would like to see you." in said
    assert "Let us talk about it." in said
    assert f"/appointments/book/{ticket.id}/" in (her_browser.get(asked_page(ask)).content.decode())
    assert sent() == ["You can choose a time for a hospital visit"]
    assert not any(one in mail.outbox[-1].body for one in (TITLE, "Nair", "breath", "talk"))


def test_who_has_booked_by_the_morning_is_not_told_that_they_can(
    ask, slots, amina_yusuf, doctor, moved_clock
):
    moved_clock.move_to(datetime(2026, 3, 12, 23, tzinfo=UTC))
    signed_in(doctor).post(page_of(ask), booking(within="13"))
    [ticket] = tickets(making.records_of(amina_yusuf), amina_yusuf)
    making.booked(amina_yusuf, ticket.id, slots[0])
    sent()

    moved_clock.move_to(datetime(2026, 3, 13, 6, tzinfo=UTC))

    assert "You can choose a time for a hospital visit" not in sent()


def test_advice_is_read_on_the_pages_and_comes_by_day(
    ask, doctor, her_login, her_browser, moved_clock
):
    sent()
    moved_clock.move_to(datetime(2026, 3, 12, 22, 30, tzinfo=UTC))
    signed_in(doctor).post(page_of(ask), {"act": "advise", "words": "Take two puffs at night."})
    assert sent() == []
    moved_clock.move_to(datetime(2026, 3, 13, 6, 1, tzinfo=UTC))
    assert send_due(clock.now()) == 1

    assert mail.outbox[-1].subject == "We have answered you"
    assert "puffs" not in mail.outbox[-1].body
    browser = signed_in(her_login)
    said = words(browser.get(asked_page(ask)))
    assert "Dr Priya Nair, 12 March 2026 Take two puffs at night." in said
    assert "Take it back" not in said
    listed = words(browser.get("/appointments/"))
    assert "We have answered Read the answer" in listed
    assert asks(browser, ask.plan).status_code == 302  # and may ask again


def test_a_promised_call_stays_on_the_list_until_it_was_made(
    ask, office, her_browser, her_login, moved_clock
):
    done = office.post(page_of(ask), {"act": "call", "ring": "1", "words": "In the morning."})
    assert done.url == LIST

    promise = "We will ring you by Friday 13 March 2026. In the morning."
    assert promise in words(her_browser.get(asked_page(ask)))
    assert her_browser.post(f"{asked_page(ask)}take-back/", follow=True).status_code == 200
    assert ask_of(ask.plan).state == State.CALLING
    assert "Ring them Ring by 13 March 2026" in words(office.get(LIST))
    assert alarms.counts()[alarms.Overdue.ASK] == 0
    moved_clock.move_to(datetime(2026, 3, 14, 0, 1, tzinfo=UTC))
    assert alarms.counts()[alarms.Overdue.ASK] == 1

    moved_clock.move(days=20)
    assert "We will ring you" in words(signed_in(her_login).get("/appointments/"))

    page = signed_in(a_login("Pat Reed", Role.BOOKING, sites=["north"]))
    page.post(page_of(ask), {"act": "spoken"})

    assert ask_of(ask.plan).state == State.SPOKEN
    assert alarms.counts()[alarms.Overdue.ASK] == 0
    assert "Nobody waits" in words(page.get(LIST))


def test_an_office_decides_on_no_warning_sign_and_gives_no_advice(flagged, office, surgery):
    page = words(office.get(page_of(flagged)))
    assert "A clinician must answer this." in page
    assert "Tell Dr Priya Nair now." in page
    for said in (booking(), {"act": "call", "ring": "0"}, {"act": "advise", "words": "Rest."}):
        office.post(page_of(flagged), said)
    assert ask_of(flagged.plan).state == State.SENT

    surgery.post(page_of(flagged), booking())

    ask = ask_of(flagged.plan)
    assert ask.state == State.BOOKABLE
    assert resource(ask.ticket)["priority"] == "urgent"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({}, "Choose what happens next"),
        ({"act": "spoken"}, "Select a valid choice"),
        (booking(modes=[]), "Choose at least one way in which they can be seen"),
        (booking(service="none"), "Select a valid choice"),
        ({"act": "advise", "words": " "}, "Enter your advice"),
        ({"act": "advise", "words": "x" * 1001}, "must be 1000 characters or less"),
    ],
)
def test_what_is_wrong_with_an_answer_is_said_and_nothing_is_sent(ask, surgery, said, told):
    again = surgery.post(page_of(ask), said)

    assert again.status_code == 400
    assert told in words(again)
    assert ask_of(ask.plan).state == State.SENT


def test_two_who_answer_at_once_and_a_patient_who_takes_it_back_meet_with_one_outcome(
    ask, surgery, office, her_browser, amina_yusuf
):
    assert office.get(page_of(ask)).status_code == 200
    surgery.post(page_of(ask), {"act": "advise", "words": "Rest."})

    late = office.post(page_of(ask), booking(), follow=True)
    back = her_browser.post(f"{asked_page(ask)}take-back/", follow=True)

    assert "answered or taken back meanwhile. Nothing of yours was sent." in words(late)
    assert "We have looked at it already." in words(back)
    assert tickets(making.records_of(amina_yusuf), amina_yusuf) == []
    assert len(resource(ask.key)["note"]) == 2
    assert "They were given advice." in words(office.get(page_of(ask)))


def test_an_office_gives_a_ticket_as_whoever_set_the_plan_would(ask, office, doctor, amina_yusuf):
    office.post(page_of(ask), booking(words="You can come soon."))

    [ticket] = tickets(making.records_of(amina_yusuf), amina_yusuf)
    assert ticket.asked_by == doctor.name
    note = resource(ask.key)["note"][-1]
    assert (note["authorString"], note["text"]) == ("Sam Reed", "You can come soon.")


def test_what_is_sensitive_stays_so_down_to_the_ticket(plan, surgery, hospital, her_browser):
    stored = hospital.read("ServiceRequest", plan)
    hospital.update(labelled({**stored.json, "priority": "routine"}, "R"), stored.version)
    asks(her_browser, plan)
    ask = ask_of(plan)

    surgery.post(page_of(ask), booking())

    for key in (ask.key, ask_of(plan).ticket):
        assert [one["code"] for one in resource(key)["meta"]["security"]] == ["R"]


def test_who_neither_treats_nor_runs_the_clinic_finds_nothing(ask, doctor, clinic):
    elsewhere = signed_in(a_login("Max Frost", Role.BOOKING, sites=["south"]))
    stranger = signed_in(a_clinician("Dr Erik Lund"))
    colleague = a_clinician("Dr Okoro")  # has a clinic of that service, and does not treat her
    making.published(clinician=colleague.practitioners[0], name="Colleague's")

    for browser in (elsewhere, stranger, signed_in(colleague)):
        assert "Amina" not in words(browser.get(LIST))
        assert browser.get(page_of(ask)).status_code == 404
        assert browser.post(page_of(ask), booking()).status_code == 404
    assert ask_of(ask.plan).state == State.SENT

    treats(colleague, ask.patient)
    assert HER_LINE in words(signed_in(colleague).get(LIST))


def test_a_relations_is_counted_and_not_shown(ask, doctor, clinic):
    sam = a_login("Sam Reed", Role.BOOKING, sites=[clinic.location])
    for user in (doctor, sam):
        Tie.objects.create(user=user, patient=ask.patient, declared_at=clock.now())
        browser = signed_in(user)

        page = browser.get(LIST)

        assert "1 more is of somebody whose record is closed to you." in words(page)
        assert "Amina" not in page.content.decode()
        assert browser.get(page_of(ask)).status_code == 404


def test_reading_what_was_asked_opens_nothing_else_to_an_office_and_is_in_the_log(
    ask, office, her_browser, hospital, amina_yusuf
):
    hospital.create(making.a_need(amina_yusuf, "Needs large print"))
    other = making.ordered(amina_yusuf, "kidney")

    page = words(office.get(page_of(ask)))

    assert "Needs large print" in page
    assert office.get(f"{LIST}{other}/").status_code == 404
    assert "Sam Reed" in words(her_browser.get("/record/access-log/"))


def test_the_list_follows_and_so_does_the_patients_page(ask, surgery, office, doctor, her_browser):
    for browser, desk in (
        (surgery, f"Practitioner/{doctor.practitioners[0]}"),
        (office, "Location/north"),
    ):
        html = browser.get(LIST).content.decode()
        cursor = html.partition('data-cursor="')[2].partition('"')[0]
        standing = still_stands(browser.session["daybook"], clock.now())
        assert desks.opened(standing, cursor) == desk
        assert 'data-live="desk" data-live-src="?part=news&amp;since=2026-03-12T09' in html
    for query in ("part=none", "part=news", "part=news&since=now", "part=list"):
        assert surgery.get(f"{LIST}?{query}").status_code == 404
    assert "We have it" in words(her_browser.get(f"{asked_page(ask)}?part=asked"))
    assert "You can ask until" in words(
        her_browser.get(f"/appointments/ask/{ask.plan}/?part=state")
    )


def test_an_open_list_tells_of_what_comes_in_and_its_rows_keep_their_place(
    plan, her_browser, surgery, office
):
    pages = [browser.get(LIST).content.decode() for browser in (surgery, office)]
    news = [html.partition('data-live-src="?')[2].partition('"')[0] for html in pages]
    asks(her_browser, plan, signs=[SPEECHLESS])

    for browser, query in zip((surgery, office), news, strict=True):
        said = words(browser.get(f"{LIST}?{query.replace('&amp;', '&')}"))
        assert said == "1 new has come in, 1 with a warning sign. Show them"
        assert "Amina" not in said


def test_an_open_list_says_what_a_colleague_has_answered_and_no_row_of_it_moves(
    ask, surgery, office, doctor, moved_clock
):
    another(doctor, 1)
    html = surgery.get(LIST).content.decode()
    query = re.search(r'data-live-src="\?(part=list[^"]*)"', html)[1].replace("&amp;", "&")
    moved_clock.move(minutes=1)
    office.post(page_of(ask), booking())
    another(doctor, 2)

    again = surgery.get(f"{LIST}?{query}").content.decode()

    rows = again.split('<tr role="row">')[2:]
    answered = {"Amina Yusuf" in one: "Answered" in one for one in rows}
    assert answered == {True: True, False: False}
    assert ["Answer<span" in one for one in rows] == ["Answered" not in one for one in rows]
    assert "1 person waits for an answer" in again
    assert "Answered" not in words(surgery.get(LIST))


def test_what_is_asked_and_decided_wakes_clinician_office_patient_and_helper(
    plan, surgery, her_browser, doctor, amina_yusuf
):
    def heard(act):
        before = changes.numbers([amina_yusuf])[amina_yusuf].seq
        with CaptureQueriesContext(connection) as asked:
            act()
        told = [one["sql"] for one in asked if "pg_notify('daybook'" in one["sql"]]
        after = changes.after({amina_yusuf: before})
        return " ".join(told), {one.resource_type for one in after}

    for told, changed in (
        heard(lambda: asks(her_browser, plan)),
        heard(lambda: surgery.post(page_of(ask_of(plan)), {"act": "advise", "words": "Rest."})),
    ):
        assert f"Practitioner/{doctor.practitioners[0]}" in told
        assert "Location/north" in told
        assert changed == {"Appointment", "ServiceRequest"}


def test_the_list_costs_the_same_however_many_ask(ask, doctor, office):
    surgery = signed_in(doctor)
    few = {}
    for name, browser in (("office", office), ("surgery", surgery)):
        browser.get(LIST)
        with CaptureQueriesContext(connection) as asked:
            browser.get(LIST)
        few[name] = len(asked)
    for number in range(3):
        another(doctor, number)

    for name, browser in (("office", office), ("surgery", signed_in(doctor))):
        browser.get(LIST)
        with CaptureQueriesContext(connection) as asked:
            assert "4 people wait" in words(browser.get(LIST))
        assert len(asked) == few[name], name
    print(f"\n{few} queries for the lists")  # noqa: T201 (what they cost)


def test_what_nobody_has_read_in_time_is_an_alarm(ask, surgery, doctor, moved_clock):
    assert alarms.counts()[alarms.Overdue.ASK] == 0

    moved_clock.move_to(datetime(2026, 3, 16, 17, 1, tzinfo=UTC))

    assert alarms.counts()[alarms.Overdue.ASK] == 1
    assert "Overdue Answer by 16 March 2026" in words(signed_in(doctor).get(LIST))
    assert held(ask.plan).is_used
    assert len(rows()) == 1

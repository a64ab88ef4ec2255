"""A patient asks to be seen: warning signs first, once however often it is sent, in its time."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fhir.labels import Label
from fhir.store import NotFound
from portal import clock
from portal.drafts.models import Draft
from portal.pifu import asking
from portal.pifu.asked import Said
from portal.pifu.asking import CannotAsk, Form
from portal.pifu.rules import Refusal, State
from tests.portal.appointments.clinic import carer_of
from tests.portal.appointments.clinic import records_of as patients_records
from tests.portal.carers.helping import acting, helps
from tests.portal.notices.pieces import sent
from tests.portal.pages import words
from tests.portal.pifu.pieces import (
    BLUE_LIPS,
    FEVER,
    SPEECHLESS,
    TITLE,
    WHEN,
    WORDS,
    a_plan,
    ask_of,
    asks,
    held,
    resource,
    rows,
    typed,
)
from tests.signing_in import a_login, linked, signed_in

HER_BORN = date(1968, 3, 14)


def page_of(plan):
    return f"/appointments/ask/{plan}/"


def asked_page(ask):
    return f"/appointments/asked/{ask.key}/"


def test_the_page_says_first_when_to_ring_instead_then_when_to_ask_and_how_long_is_left(
    plan, her_browser
):
    said = words(her_browser.get(page_of(plan)))

    order = ["Call 999 now if:", SPEECHLESS, BLUE_LIPS, "Call 111 now if:", FEVER]
    order += ["Ask us to see you if:", WHEN, "You can ask until Saturday 12 September 2026"]
    order += ["185 days left", "Ask to be seen", "Nobody reads this at night"]
    places = [said.index(one) for one in order[:-2]]
    assert places == sorted(places)
    assert all(one in said for one in order)
    assert "<title>Ask to be seen" in her_browser.get(page_of(plan)).content.decode()


def test_what_is_asked_is_written_once_and_told_in_neutral_words(plan, her_browser, amina_yusuf):
    form = typed()
    first = her_browser.post(f"{page_of(plan)}form/", form, follow=True)
    again = her_browser.post(f"{page_of(plan)}form/", form, follow=True)

    [ask] = rows()
    assert first.redirect_chain == again.redirect_chain == [(asked_page(ask), 302)]
    said = words(first)
    assert "We have it Dr Priya Nair’s team looks at it by Monday 16 March 2026" in said
    assert WORDS in said
    assert "Ring 07700 900123" in said
    made = resource(ask.key)
    assert (made["intent"], made["status"], made["priority"]) == ("proposal", "active", "routine")
    assert made["basedOn"] == [{"reference": f"ServiceRequest/{plan}"}]
    assert made["requester"]["reference"] == f"Patient/{amina_yusuf}"
    assert held(plan).is_used
    assert sent() == ["We have what you asked"]
    told = mail.outbox[-1].body
    assert not any(one in told for one in (TITLE, WORDS, "breath", "Nair"))
    listed = words(her_browser.get("/appointments/"))
    assert f"You have asked to be seen {TITLE}" in listed


def test_who_ticks_a_warning_sign_is_told_what_to_do_now_above_all_else(plan, her_browser):
    done = her_browser.post(f"{page_of(plan)}form/", typed(signs=[FEVER, SPEECHLESS]), follow=True)

    said = words(done)
    assert said.index("Do this now") < said.index("Call 999 now. You told us:")
    assert said.index("Call 999 now. You told us:") < said.index("Call 111 now. You told us:")
    assert said.index("Call 111 now. You told us:") < said.index("We have what you sent too")
    ask = ask_of(plan)
    assert ask.is_flagged
    made = resource(ask.key)
    assert made["priority"] == "asap"
    assert [one["text"] for one in made["reasonCode"]] == [SPEECHLESS, FEVER]
    # One working day, and not two: that is Friday.
    assert ask.due_at == datetime(2026, 3, 13, 17, tzinfo=UTC)


def test_a_warning_sign_at_night_is_answered_with_whom_to_ring_and_when_somebody_looks(
    plan, her_browser, her_login, moved_clock
):
    moved_clock.move_to(datetime(2026, 3, 13, 23, 40, tzinfo=UTC))  # a Friday
    browser = signed_in(her_login)
    form = words(browser.get(f"{page_of(plan)}form/"))
    assert "Nobody reads this at night, at weekends or on bank holidays" in form
    assert "In an emergency, call 999" in form

    done = browser.post(f"{page_of(plan)}form/", typed(signs=[BLUE_LIPS]), follow=True)

    assert "Call 999 now. You told us: " in words(done)
    assert "looks at it by Monday 16 March 2026" in words(done)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"signs": []}, "Tick the signs that you have, or “None of these”"),
        ({"signs": ["none", FEVER]}, "or “None of these”, not both"),
        ({"signs": ["made up"]}, "Select a valid choice"),
        ({"words": "  "}, "Tell us how things are"),
        ({"words": "x" * 501}, "What you tell us must be 500 characters or less"),
        ({"reach": ""}, "Choose how we should reach you"),
        ({"phone": "none"}, "Enter a phone number"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(plan, her_browser, more, said):
    again = her_browser.post(f"{page_of(plan)}form/", typed(**{"words": WORDS} | more))

    assert again.status_code == 400
    assert said in words(again)
    assert rows() == []
    if len(more.get("words", WORDS).strip()) in range(1, 501):
        assert WORDS in words(her_browser.get(f"{page_of(plan)}form/"))
        assert asks(her_browser, plan).status_code == 302
        assert Draft.objects.exclude(words="").count() == 0


def test_a_form_of_500_characters_in_lines_is_taken_and_no_phone_is_asked_of_who_cannot_ring(
    plan, her_browser
):
    long = "\r\n".join(["x" * 99] * 5)  # 499 as a browser counts
    done = her_browser.post(
        f"{page_of(plan)}form/", typed(words=long, reach="write", phone=""), follow=True
    )

    assert "Here, in writing" in words(done)
    assert "extension" not in resource(ask_of(plan).key)


def test_one_thing_at_a_time_is_asked_and_a_second_form_is_told_so(plan, her_browser):
    asks(her_browser, plan)
    first = ask_of(plan)

    second = asks(her_browser, plan, words="I wrote this in another window.")

    assert second.status_code == 409
    assert "You have asked already, and we have not finished with it." in words(second)
    assert asked_page(first) in second.content.decode()
    assert len(rows()) == 1
    assert her_browser.get(f"{page_of(plan)}form/").url == page_of(plan)


@pytest.mark.parametrize(
    ("first_day", "last_day", "said"),
    [
        (date(2026, 3, 13), date(2026, 9, 13), "You can ask from Friday 13 March 2026"),
        (date(2025, 9, 11), date(2026, 3, 11), "ended on Wednesday 11 March 2026"),
    ],
)
def test_outside_its_time_nobody_asks_and_all_are_told_whom_to_ring(  # noqa: PLR0917
    clinic, doctor, amina_yusuf, her_browser, first_day, last_day, said
):
    plan = a_plan(doctor, amina_yusuf, first_day=first_day, last_day=last_day)

    for page in (her_browser.get(page_of(plan)), asks(her_browser, plan)):
        assert said in words(page)
        assert "call 01632" in words(page)
        assert SPEECHLESS in words(page)
    assert rows() == []
    assert her_browser.get(f"{page_of(plan)}form/").status_code == 302


def test_what_nobody_has_looked_at_can_be_taken_back_and_asked_again(plan, her_browser):
    asks(her_browser, plan)
    ask = ask_of(plan)
    assert "Take it back" in words(her_browser.get(asked_page(ask)))

    for _ in range(2):
        done = her_browser.post(f"{asked_page(ask)}take-back/", follow=True)

    assert "Nobody will answer it." in words(done)
    assert (ask_of(plan).state, resource(ask.key)["status"]) == (State.WITHDRAWN, "revoked")
    assert sent() == []
    assert "Take it back" not in words(her_browser.get(asked_page(ask)))
    assert asks(her_browser, plan).status_code == 302
    assert [one.state for one in rows(state=State.SENT)] == [State.SENT]


def test_another_finds_neither_the_plan_nor_what_was_asked(plan, her_browser, his_browser):
    asks(her_browser, plan)
    ask = ask_of(plan)
    assert her_browser.get(asked_page(ask)).status_code == 200

    for page in (page_of(plan), f"{page_of(plan)}form/", asked_page(ask)):
        assert his_browser.get(page).status_code == 404
        if page != page_of(plan):
            assert his_browser.post(page, typed()).status_code in {404, 405}
    assert his_browser.post(f"{asked_page(ask)}take-back/").status_code == 404
    assert [one.state for one in rows()] == [State.SENT]
    assert "asked to be seen" not in words(his_browser.get("/appointments/"))


def test_a_hidden_plan_is_not_there(plan, her_browser, hospital):
    hospital.relabel("ServiceRequest", plan, add=Label.NOPAT)

    assert her_browser.get(page_of(plan)).status_code == 404
    assert asks(her_browser, plan).status_code == 404
    assert "You can ask to be seen" not in words(her_browser.get("/appointments/"))


def test_a_helper_asks_with_appointments_shared_and_with_nothing_else(
    plan, her_login, ben_carter, amina_yusuf, thursday
):
    ben = a_login("Ben Carter")
    linked(ben, ben_carter)
    letters = acting(ben, helps(ben, her_login, "letters", born=HER_BORN))
    assert letters.get(page_of(plan)).status_code == 404
    assert letters.post(f"{page_of(plan)}form/", typed()).status_code == 404
    with pytest.raises(NotFound):
        asking.plan_for(carer_of(amina_yusuf, "Composition"), amina_yusuf, plan)

    browser = acting(ben, helps(ben, her_login, "appointments", born=HER_BORN))
    done = browser.post(f"{page_of(plan)}form/", typed(), follow=True)

    assert "by Ben Carter" in words(done)
    made = resource(ask_of(plan).key)["requester"]
    assert made["reference"].startswith("RelatedPerson/")
    assert sent() == ["We have what you asked"]
    assert mail.outbox[-1].to == [her_login.email]
    assert browser.get("/record/referrals/").status_code == 404


def test_two_forms_at_once_are_one_asking(plan, amina_yusuf, her_login):
    """The database refuses the second, whatever was seen before it."""
    records, now = patients_records(amina_yusuf), clock.now()
    form = Form(uuid4(), Said(WORDS))
    asking.send(records, amina_yusuf, plan, form, now)

    assert asking.send(records, amina_yusuf, plan, form, now).form_id == form.key
    with pytest.raises(CannotAsk) as refused:
        asking.send(records, amina_yusuf, plan, Form(uuid4(), Said("Again")), now)
    assert refused.value.refusal == Refusal.ASKED
    assert len(rows()) == 1


def test_the_page_of_a_plan_costs_the_same_however_often_it_was_asked(plan, her_browser):
    asks(her_browser, plan)
    her_browser.get(page_of(plan))
    costs = []
    for _ in range(2):
        her_browser.post(f"{asked_page(ask_of(plan))}take-back/")
        asks(her_browser, plan)
        with CaptureQueriesContext(connection) as asked:
            page = her_browser.get(page_of(plan))
        costs.append(len(asked))
        assert "What you asked before" in words(page)
    assert costs[0] == costs[1]


def test_the_list_of_appointments_costs_the_same_however_many_plans(
    clinic, doctor, amina_yusuf, her_browser, django_assert_num_queries
):
    plan = a_plan(doctor, amina_yusuf)
    asks(her_browser, plan)
    her_browser.get("/appointments/")
    a_plan(doctor, amina_yusuf, title="News")
    with CaptureQueriesContext(connection) as of_one:
        her_browser.get("/appointments/")
    for n in range(4):
        a_plan(doctor, amina_yusuf, title=f"Plan {n}")

    with django_assert_num_queries(len(of_one)):
        assert "Plan 3" in words(her_browser.get("/appointments/"))

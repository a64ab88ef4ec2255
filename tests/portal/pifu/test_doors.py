"""Each page of a plan and of what was asked, by every kind of viewer: nobody else learns of it."""

import pytest
from django.test import Client

from portal.identity.models import Role
from tests.faults.test_doors_of_records import METHODS, NOWHERE, asked, is_let_in, told
from tests.portal.carers.helping import acting, helps
from tests.portal.pifu.pieces import a_plan, ask_of, asks
from tests.portal.pifu.test_asking import HER_BORN
from tests.portal.results.staff import a_clinician, treats
from tests.signing_in import a_login, linked, signed_in
from tests.undoing import undoing

AMINA, HELPER = "Amina", "who helps with appointments"
NAIR, COLLEAGUE, OFFICE = "the clinician", "one who treats her too", "the office of the place"
ACTING = {AMINA, HELPER, NAIR, COLLEAGUE, OFFICE}
APART = ("his", "none")
# Each page, and who may read hers.
PAGES = {
    "/appointments/ask/{plan}/": {AMINA, HELPER},
    "/appointments/ask/{plan}/?part=state": {AMINA, HELPER},
    "/appointments/ask/{other}/form/": {AMINA, HELPER},  # of a plan of which nothing is asked
    "/appointments/asked/{ask}/": {AMINA, HELPER},
    "/appointments/asked/{ask}/?part=asked": {AMINA, HELPER},
    "/appointments/asked/{ask}/take-back/": set(),
    "/staff/asks/{ask}/": {NAIR, OFFICE},
    "/staff/follow-ups/{patient}/plan/": {NAIR, COLLEAGUE},
    "/staff/follow-ups/{patient}/plans/{plan}/": {NAIR, COLLEAGUE},
    "/staff/follow-ups/{patient}/plans/{plan}/end/": set(),
}


@pytest.fixture
def things(plan, doctor, her_browser, amina_yusuf, ben_carter):
    """Give what is hers, what is Ben's and under another's clinic, and what there is not."""
    asks(her_browser, plan)
    hers = {
        "plan": plan,
        "other": a_plan(doctor, amina_yusuf),
        "ask": str(ask_of(plan).key),
        "patient": amina_yusuf,
    }
    okoro = treats(a_clinician("Dr Okoro"), ben_carter)
    his = a_plan(okoro, ben_carter, service=("kidney", "Kidney clinic"))
    ben = a_login("Ben Carter")
    linked(ben, ben_carter)
    asks(signed_in(ben), his)
    other = a_plan(okoro, ben_carter, service=("kidney", "Kidney clinic"))
    theirs = {"plan": his, "other": other, "ask": str(ask_of(his).key), "patient": ben_carter}
    return {"hers": hers, "his": theirs, "none": dict.fromkeys(hers, NOWHERE), "ben": ben}


@pytest.fixture
def viewers(things, doctor, office, her_login):
    colleague = treats(a_clinician("Dr Sam Brandt"), things["hers"]["patient"])
    grace = a_login("Grace Carter")
    linked(grace, "grace")
    return {
        AMINA: signed_in(her_login),
        HELPER: acting(grace, helps(grace, her_login, "appointments", born=HER_BORN)),
        NAIR: signed_in(doctor),
        COLLEAGUE: signed_in(colleague),
        OFFICE: office,
        "an office of another place": signed_in(
            a_login("Max Frost", Role.BOOKING, sites=["south"])
        ),
        "a clinician who does not treat her": signed_in(a_clinician("Dr Erik Lund")),
        "Amina without the second step": signed_in(her_login, second_factor=False),
        "a patient without a record": signed_in(a_login("Unlinked")),
        "a visitor": Client(),
        "records staff": signed_in(a_login("The records", Role.RECORDS)),
    }


def test_only_whose_it_is_may_open_it_and_nobody_else_is_told_that_it_is_there(things, viewers):
    tried, wrong, undo = 0, [], undoing()
    for page, readers in PAGES.items():
        for who, browser in viewers.items():
            for method in ("GET", "POST"):
                # What those do who may is told on their next page.
                ids = APART if who in ACTING and method == "POST" else ("hers", *APART)
                answers = {
                    whose: asked(browser, method, page.format(**things[whose]), undo)
                    for whose in ids
                }
                tried += len(answers)
                let_in = {whose for whose, one in answers.items() if is_let_in(one)}
                if let_in != ({"hers"} if who in readers and method == "GET" else set()):
                    wrong.append((page, who, method, let_in))
                if len({told(answers[whose], things[whose]) for whose in APART}) > 1:
                    wrong.append((page, who, method, "told apart"))

    assert wrong == []
    print(f"\n{tried} doors tried")  # noqa: T201 (what was tried)


def test_a_helper_with_another_part_of_the_record_finds_none_of_it(things, her_login):
    ben = things["ben"]
    browser = acting(ben, helps(ben, her_login, "letters", "rest", born=HER_BORN))
    undo = undoing()

    for page in list(PAGES)[:6]:
        for method in METHODS:
            assert not is_let_in(asked(browser, method, page.format(**things["hers"]), undo))

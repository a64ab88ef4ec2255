"""The page of needs, tried by every kind of viewer: whose it is not neither reads nor writes it."""

from datetime import date

import pytest
from django.test import Client

from portal.identity.models import Role
from portal.needs.rules import is_due
from tests.builders import a_patient
from tests.portal.appointments import clinic as making
from tests.portal.carers.helping import acting, helps
from tests.portal.needs.saying import PAGE, Speaker, standing, told
from tests.portal.pages import words
from tests.portal.results.staff import a_clinician, treats
from tests.signing_in import a_login, linked, signed_in

BORN = date(1968, 3, 14)
AMINA, HELPER = "Amina", "a helper with appointments and the rest"


@pytest.fixture
def helpers(her_login, hospital):
    """Let three people help her, each with other parts of her record."""
    found = {}
    for name, number, scopes in (
        ("Ben Carter", "9991013172", ("appointments", "rest")),
        ("Lee Moss", "9991000011", ("appointments",)),
        ("Zara Moss", "9990000018", ("rest", "letters")),
    ):
        login = a_login(name)
        given, family = name.split()
        linked(login, hospital.create(a_patient(number, family, given)).id)
        found[scopes] = acting(login, helps(login, her_login, *scopes, born=BORN))
    return found


@pytest.fixture
def viewers(thursday, amina_yusuf, her_login, helpers, hospital):
    stranger = a_login("Grace Carter")
    linked(stranger, hospital.create(a_patient("9991026347", "Carter", "Grace")).id)
    doctor = treats(a_clinician("Dr Priya Nair"), amina_yusuf)
    roles = {role: signed_in(a_login(role.title(), role)) for role in Role if role != Role.NONE}
    return {
        "a visitor": Client(),
        AMINA: signed_in(her_login),
        "Amina without the second step": signed_in(her_login, second_factor=False),
        "another patient": signed_in(stranger),
        "a patient without a record": signed_in(a_login("Unlinked")),
        "one who treats her": signed_in(doctor),
        HELPER: helpers["appointments", "rest"],
        "a helper with appointments": helpers[("appointments",)],
        "a helper with the rest": helpers["rest", "letters"],
        **roles,
    }


def test_it_is_read_and_changed_by_its_patient_and_whoever_may_act_and_nobody_else(
    viewers, her_login, amina_yusuf
):
    Speaker(her_login, amina_yusuf).states(formats=["braille"])
    before = told(amina_yusuf)
    opened = {}
    for who, browser in viewers.items():
        page = browser.get(PAGE)
        opened[who] = page.status_code
        is_hers = who in {AMINA, HELPER}
        assert (page.status_code == 200 and "checked" in page.content.decode()) is (
            is_hers or who == "another patient"
        ), who
        if not is_hers:
            shown = page.content.decode()
            assert 'value="braille" checked' not in shown, who
            form = {"interpreter": "none", "formats": ["audio"], "seen": before.stamp}
            for sent in (form, {"act": "same", "seen": before.stamp}):
                assert browser.post(PAGE, sent).status_code in {302, 401, 403, 404, 409}, who
    refused = {who for who, status in opened.items() if status == 404}
    assert refused == {"a helper with appointments", "a helper with the rest"}
    assert told(amina_yusuf) == before


def test_a_helper_says_it_for_them_and_is_named(helpers, her_login, amina_yusuf, hospital):
    hospital.create(making.a_need(amina_yusuf, "Speak slowly"))
    his = Speaker(her_login, amina_yusuf, helpers["appointments", "rest"])
    assert "What Amina Yusuf needs from us" in his.reads()
    assert "What the hospital has noted Speak slowly" in his.reads()

    his.states(visits=["carer"])

    flag = told(amina_yusuf).flags["carer"].json
    assert flag["author"] == {"display": "Ben Carter"}
    assert standing(amina_yusuf) == {"carer"}
    hers = Speaker(her_login, amina_yusuf)
    assert 'value="carer" checked' in hers.browser.get(PAGE).content.decode()
    assert "Written down by Ben Carter" in hers.reads(f"/record/more/flag/{flag['id']}/")
    assert "Ben Carter" in words(hers.browser.get("/record/access-log/"))


@pytest.mark.parametrize(
    ("reviewed_on", "today", "due"),
    [
        (None, date(2026, 3, 12), False),
        (date(2025, 3, 13), date(2026, 3, 12), False),
        (date(2025, 3, 12), date(2026, 3, 12), True),
        (date(2024, 2, 29), date(2025, 2, 28), True),
    ],
)
def test_it_is_asked_again_after_a_year(reviewed_on, today, due):
    assert is_due(reviewed_on, today) is due

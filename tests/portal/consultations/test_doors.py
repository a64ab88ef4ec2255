"""Every page and act of a visit that is under way, tried by every kind of viewer."""

import pytest
from django.test import Client

from portal.identity.models import Role
from tests.portal.consultations.visits import held, party_of
from tests.portal.results.staff import a_clinician, treats
from tests.signing_in import a_login, signed_in

NOWHERE = "7d5b43c2-0000-4000-8000-0123456789ab"
HERS = ("visit/", "visit/?part=state", "visit/check/", "visit/wait/", "visit/wait/?part=room")
HERS_WITHIN = (*HERS, "visit/wait/?part=note", "visit/call/")
HER_ACTS = ("visit/wait/", "visit/check/", "visit/leave/", "visit/phone/", "visit/join/")
DOCTORS = ("call/", "call/?part=beside", "end/", "missed/")
ACTS = ("end/", "missed/", "admit/{party}/", "out/{party}/")
NAIR, AMINA = "Dr Nair, whose clinic it is", "Amina"


@pytest.fixture
def under_way(amina, dr_nair):
    """Let Amina in, who has joined."""
    amina.posts("wait/")
    dr_nair.admits(amina.key)
    amina.goes_in()
    return amina


@pytest.fixture
def viewers(under_way, ben, dr_nair, dr_lund, her_login):
    amina_yusuf = party_of(under_way.key).patient
    roles = {role: signed_in(a_login(role.title(), role)) for role in Role if role != Role.NONE}
    return {
        "a visitor": Client(),
        AMINA: under_way.browser,
        "Amina without the second step": signed_in(her_login, second_factor=False),
        "Ben": ben.browser,
        "a patient without a record": signed_in(a_login("Unlinked")),
        NAIR: dr_nair.browser,
        "a clinician of another clinic": dr_lund.browser,
        "one who treats her, of another clinic": signed_in(
            treats(a_clinician("Dr Sam Brandt"), amina_yusuf)
        ),
        **roles,
    }


def is_let_in(answer):
    return answer.status_code < 300


def test_each_page_opens_for_whose_it_is_alone(viewers, under_way):
    pages = [(AMINA, f"/appointments/{under_way.key}/{page}") for page in HERS_WITHIN]
    pages += [(NAIR, f"/staff/visits/{under_way.key}/{page}") for page in DOCTORS]
    shown_elsewhere = ("visit/", "visit/?part=state")  # who is in the call is led there
    wrong, tried = [], 0
    for whose, page in pages:
        for who, browser in viewers.items():
            for method in ("get", "head"):
                answer = getattr(browser, method)(page)
                tried += 1
                wanted = who == whose and not page.endswith(shown_elsewhere)
                if is_let_in(answer) != wanted:
                    wrong.append((who, method, page, answer.status_code))

    assert wrong == []
    print(f"\n{tried} doors of a visit tried")  # noqa: T201 (what was tried)


def test_nobody_else_does_anything_and_none_learns_that_there_is_a_visit(viewers, under_way):
    party, key = party_of(under_way.key), under_way.key
    before = vars(held(key)) | vars(party)
    tried = 0
    for who, browser in viewers.items():
        for act in (
            *(f"/appointments/{{key}}/{one}" for one in HER_ACTS if who != AMINA),
            *(f"/staff/visits/{{key}}/{one}" for one in ACTS if who != NAIR),
        ):
            said = {"token": "0" * 64, "outcome": "discharged", "camera": "none"}
            real, none = (
                browser.post(act.format(key=one, party=party.key), said) for one in (key, NOWHERE)
            )
            tried += 2
            assert not is_let_in(real), (who, act)
            told = [(one.status_code, one.headers.get("Location", "")) for one in (real, none)]
            if who not in {AMINA, NAIR}:
                assert told[0][0] == told[1][0], (who, act, told)

    after = vars(held(key)) | vars(party_of(under_way.key))
    left_out = {"_state"}
    assert {name: value for name, value in after.items() if name not in left_out} == {
        name: value for name, value in before.items() if name not in left_out
    }
    print(f"\n{tried} acts tried")  # noqa: T201 (what was tried)

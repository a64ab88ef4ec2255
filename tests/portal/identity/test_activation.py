"""From the slip to a login with a record, through the pages."""

import re

import pytest
from django.core import mail
from django.test import Client

from portal import clock
from portal.identity import actions, codes, sessions
from portal.identity.models import ActivationCode, Link, SessionLimit, User
from tests.portal.identity.test_actions import hold
from tests.signing_in import PASSWORD, a_code, a_login, linked, signed_in, with_app

BORN = {"born_0": "2", "born_1": "7", "born_2": "1991"}
WRONG = BORN | {"born_2": "1990"}


def typed(client, code, born=BORN):
    return client.post("/account/activate/", {"code": code} | born)


def body(answer):
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", answer.content.decode())
    return re.sub(r'id="code"[^>]*value="[^"]*"|name="code"[^>]*value="[^"]*"', "", text)


def mailed_code():
    return re.search(r"Your code is (\S+)", mail.outbox[-1].body).group(1)


def made_login(client, email="ben@example.org"):
    return client.post("/account/activate/login/", {"email": email, "password": PASSWORD})


def test_a_code_makes_a_login_whose_address_is_proved_before_it_is_linked(client, sam, bens_record):
    assert typed(client, a_code(bens_record, sam))["Location"] == "/account/activate/login/"

    assert made_login(client)["Location"] == "/account/confirm-email/"
    assert not Link.objects.exists()
    assert client.get("/record/")["Location"].startswith("/account/login/")
    done = client.post("/account/confirm-email/", {"code": mailed_code()})

    ben = User.objects.get(email="ben@example.org")
    link = Link.objects.get()
    assert (link.user, link.patient, link.assurance) == (ben, bens_record, "P9")
    assert ben.name == "Ben Carter"
    assert done["Location"] == "/"
    # And now the second step, before anything else.
    assert client.get("/")["Location"] == "/account/2fa/?next=%2F"
    assert SessionLimit.objects.get().person == bens_record


def test_the_set_up_after_activation_does_not_ask_for_the_password_again(client, sam, bens_record):
    typed(client, a_code(bens_record, sam))
    made_login(client)
    client.post("/account/confirm-email/", {"code": mailed_code()})

    assert client.get("/account/2fa/app/").status_code == 200
    assert client.get("/account/2fa/passkeys/add/").status_code == 200


def test_a_signed_in_login_is_linked_when_it_says_so(sam, tom, bens_record):
    browser = signed_in(tom)
    typed(browser, a_code(bens_record, sam))
    assert tom.email in browser.get("/account/activate/login/").content.decode()
    assert not Link.objects.exists()

    browser.post("/account/activate/login/")

    assert Link.objects.get().user == tom
    assert browser.get("/record/").status_code != 403


def test_a_login_with_another_record_is_refused_without_a_word_of_either(sam, amina, bens_record):
    browser = signed_in(amina)
    typed(browser, a_code(bens_record, sam))

    answer = browser.post("/account/activate/login/")

    assert answer.status_code == 403
    assert "Ben" not in answer.content.decode()
    assert sessions.current_link(amina).patient != bens_record


@pytest.mark.parametrize("why", ["wrong code", "run out", "cancelled", "locked", "used", "held"])
def test_every_refusal_of_a_code_reads_the_same(sam, tom, bens_record, moved_clock, why):
    never = body(typed(Client(), codes.make()))
    code = a_code(bens_record, sam)
    wrong_date = body(typed(Client(), code, WRONG)).replace("1990", "1991")
    match why:
        case "wrong code":
            code = code[::-1]
        case "run out":
            moved_clock.move(days=11)
        case "cancelled":
            actions.cancel_code(patient=bens_record, by=sam, now=clock.now())
        case "locked":
            for _ in range(4):
                typed(Client(), code, WRONG)
        case "used":
            actions.activate(user=tom, code=ActivationCode.objects.get().pk, now=clock.now())
        case "held":
            hold(bens_record)

    refused = typed(Client(), code)

    assert "do not belong together" in body(refused)
    assert body(refused) == never == wrong_date
    assert refused.status_code == 200
    assert not refused.cookies.get("session")


def test_an_address_that_has_a_login_is_answered_like_one_that_has_none(sam, amina, bens_record):
    new, known = Client(), Client()
    typed(new, a_code(bens_record, sam))
    first = made_login(new, "new@example.org")
    first_page = body(new.get(first["Location"])).replace("new@example.org", "")
    typed(known, a_code(bens_record, sam))

    second = made_login(known, amina.email)
    second_page = body(known.get(second["Location"])).replace(amina.email, "")

    assert (first.status_code, first["Location"]) == (second.status_code, second["Location"])
    assert first_page == second_page
    assert mail.outbox[-1].to == [amina.email]
    assert "already" in mail.outbox[-1].subject
    assert "/account/activate/" in mail.outbox[-1].body


def test_a_login_made_for_a_code_does_not_get_it_once_another_has_used_it(
    client, sam, tom, bens_record
):
    typed(client, a_code(bens_record, sam))
    made_login(client)
    actions.activate(user=tom, code=ActivationCode.objects.get().pk, now=clock.now())

    client.post("/account/confirm-email/", {"code": mailed_code()})

    assert Link.objects.get(ended_at=None).user == tom
    assert client.get("/record/").status_code == 403


def test_the_login_that_loses_its_record_is_told_without_clinical_words(sam, ben, tom, bens_record):
    browser = signed_in(tom)
    typed(browser, a_code(bens_record, sam))
    browser.post("/account/activate/login/")

    (told,) = mail.outbox
    assert told.to == [ben.email]
    assert "disconnected" in told.subject
    assert "record" not in told.body


def test_a_typed_code_is_forgotten_after_half_an_hour(client, sam, bens_record, moved_clock):
    typed(client, a_code(bens_record, sam))
    moved_clock.move(minutes=31)

    assert client.get("/account/activate/login/")["Location"] == "/account/activate/"


def test_nobody_comes_to_the_second_page_without_a_code(client, db):
    assert client.get("/account/activate/login/")["Location"] == "/account/activate/"


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"code": ""} | BORN, "Enter your code"),
        ({"code": "7KQ4"}, "Enter a date of birth"),
        ({"code": "7KQ4", "born_0": "2", "born_1": "7"}, "must include a day, month and year"),
        ({"code": "7KQ4", "born_0": "31", "born_1": "2", "born_2": "1991"}, "must be a real date"),
        ({"code": "7KQ4", "born_0": "x", "born_1": "2", "born_2": "1991"}, "must be a real date"),
        ({"code": "7KQ4", "born_0": "²", "born_1": "2", "born_2": "0"}, "must be a real date"),
        ({"code": "\x00" * 12} | BORN, "problem"),
        ({"code": "A" * 5000} | BORN, "problem"),
    ],
)
def test_what_cannot_be_read_gets_a_clear_word(client, db, form, said):
    page = client.post("/account/activate/", form)

    assert page.status_code == 200
    assert said in page.content.decode()
    assert "<title>Error: Enter your activation code" in page.content.decode()


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"email": "ben", "password": PASSWORD}, "correct format"),
        ({"email": "", "password": PASSWORD}, "Enter your email address"),
        ({"email": "ben@example.org", "password": "short"}, "at least 10 characters"),
        ({"email": "ben@example.org", "password": "password1234"}, "too common"),
    ],
)
def test_a_login_that_cannot_be_made_says_why(client, sam, bens_record, form, said):
    typed(client, a_code(bens_record, sam))

    page = client.post("/account/activate/login/", form).content.decode()

    assert said in page
    assert not User.objects.filter(email="ben@example.org").exists()


def test_guessing_codes_is_slowed_down(client, db):
    answers = [typed(client, codes.make()).status_code for _ in range(31)]

    assert answers[:30] == [200] * 30
    assert answers[30] == 429


def test_a_login_that_is_already_there_signs_in_and_uses_its_code(client, sam, bens_record):
    grace = with_app(a_login("Grace Lee"))
    typed(client, a_code(bens_record, sam))

    page = client.get("/account/activate/login/").content.decode()

    assert "/account/login/?next=/account/activate/login/" in page
    assert not sessions.current_link(grace)


def test_a_record_already_linked_is_linked_to_the_same_login_only_once(sam, ben, bens_record):
    browser = signed_in(ben)
    typed(browser, a_code(bens_record, sam))

    assert browser.post("/account/activate/login/")["Location"] == "/"
    assert Link.objects.count() == 1


def test_links_of_different_people_stand_side_by_side(ben, amina, bens_record, aminas_record):
    assert {link.patient for link in Link.objects.all()} == {bens_record, aminas_record}
    with pytest.raises(Exception, match="link_user_once"):
        linked(ben, "another")

"""Signing in through the pages: password, second step, locks, recovery codes, no hints."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import get_resolver

from portal.identity.models import SessionLimit, User
from tests.signing_in import APP_SECRET, PASSWORD, app_code, signed_in, with_app

CLINICAL = ("result", "blood", "record of", "medicine", "diagnos", "appointment")


def asked_for_second_step(client, user, password=PASSWORD):
    return client.post("/account/login/", {"login": user.email, "password": password})


def plain(answer):
    """Return what can be told apart: status, place and body without what is new each time."""
    body = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", answer.content.decode())
    return answer.status_code, answer.headers.get("Location"), body


def wrong(code):
    return f"{(int(code) + 1) % 1_000_000:06}"


def test_a_password_alone_signs_in_but_opens_only_the_set_up(ben, client):
    asked_for_second_step(client, ben)

    assert client.get("/record/")["Location"] == "/account/2fa/?next=%2Frecord%2F"
    assert "Set up a second step" in client.get("/account/2fa/").content.decode()


def test_the_second_step_is_asked_for_after_the_password(ben, client):
    with_app(ben)

    assert asked_for_second_step(client, ben)["Location"] == "/account/2fa/authenticate/"
    assert client.get("/account/").status_code == 302
    done = client.post("/account/2fa/authenticate/", {"code": app_code()})

    assert done["Location"] == "/"
    assert client.get("/account/").status_code == 200


def test_a_code_of_the_app_works_once(ben, client):
    with_app(ben)
    code = app_code()
    asked_for_second_step(client, ben)
    client.post("/account/2fa/authenticate/", {"code": code})
    client.post("/account/logout/")
    asked_for_second_step(client, ben)

    again = client.post("/account/2fa/authenticate/", {"code": code})

    assert "The code is wrong" in again.content.decode()


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_code_is_taken_half_a_minute_before_and_after_and_still_works_once(ben, client, steps):
    with_app(ben)
    code = app_code(steps)
    asked_for_second_step(client, ben)
    first = client.post("/account/2fa/authenticate/", {"code": code})
    client.post("/account/logout/")
    # What allauth itself remembers of a used code is gone after one step.
    used_by_allauth = TOTP(ben.authenticator_set.get())._get_used_cache_key(code)
    cache.delete(used_by_allauth)
    asked_for_second_step(client, ben)

    again = client.post("/account/2fa/authenticate/", {"code": code})

    assert first["Location"] == "/"
    assert "The code is wrong" in again.content.decode()


@pytest.mark.parametrize("steps", [-3, 3])
def test_a_code_of_another_time_is_not_taken(ben, client, steps):
    with_app(ben)
    asked_for_second_step(client, ben)

    answer = client.post("/account/2fa/authenticate/", {"code": app_code(steps)})

    assert "The code is wrong" in answer.content.decode()


def test_an_unknown_address_and_a_wrong_password_are_answered_alike(ben, client):
    known = client.post("/account/login/", {"login": "x@example.org", "password": "wrong words"})
    unknown = client.post("/account/login/", {"login": ben.email, "password": "wrong words"})

    assert "The email address or the password is wrong" in known.content.decode()
    shown = plain(unknown)[2].replace(ben.email, "x@example.org")
    assert (plain(unknown)[0], shown) == (plain(known)[0], plain(known)[2])


def test_asking_for_a_new_password_does_not_tell_who_has_a_login(ben, client):
    known = client.post("/account/password/reset/", {"email": ben.email})
    unknown = client.post("/account/password/reset/", {"email": "x@example.org"})

    assert plain(known) == plain(unknown)
    assert [message.to for message in mail.outbox] == [[ben.email], ["x@example.org"]]


def test_five_wrong_codes_lock_the_login_for_half_an_hour_and_a_mail_says_so(
    ben, client, moved_clock
):
    with_app(ben)
    asked_for_second_step(client, ben)
    for _ in range(4):
        page = client.post("/account/2fa/authenticate/", {"code": wrong(app_code())})
        assert "The code is wrong" in page.content.decode()
    assert mail.outbox == []

    fifth = client.post("/account/2fa/authenticate/", {"code": wrong(app_code())})
    right = client.post("/account/2fa/authenticate/", {"code": app_code()})

    assert "Your login is locked until" in fifth.content.decode()
    assert "Your login is locked until" in right.content.decode()
    anew = asked_for_second_step(Client(), ben)
    assert (anew.status_code, "is locked until" in anew.content.decode()) == (403, True)
    (told,) = mail.outbox
    assert told.to == [ben.email]
    assert not [word for word in CLINICAL if word in f"{told.subject} {told.body}".lower()]

    moved_clock.move(minutes=30)
    asked_for_second_step(client, ben)
    assert client.get("/account/2fa/authenticate/").status_code == 200


def test_a_lock_ends_the_sessions_that_are_open(ben, client):
    browser = signed_in(with_app(ben))
    asked_for_second_step(client, ben)

    for _ in range(5):
        client.post("/account/2fa/authenticate/", {"code": wrong(app_code())})

    assert not SessionLimit.objects.exists()
    assert browser.get("/account/").status_code == 302


def test_a_right_code_forgives_the_wrong_ones_before_it(ben, client):
    with_app(ben)
    asked_for_second_step(client, ben)
    client.post("/account/2fa/authenticate/", {"code": wrong(app_code())})
    client.post("/account/2fa/authenticate/", {"code": app_code()})

    assert User.objects.get(pk=ben.pk).second_factor_failures == 0


def test_an_app_is_added_and_its_recovery_codes_sign_in_once_each(ben, client):
    asked_for_second_step(client, ben)
    page = client.get("/account/2fa/app/").content.decode()
    secret = re.search(r'db-key-text">([A-Z2-7]+)<', page).group(1)
    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))

    added = client.post("/account/2fa/app/", {"code": code})

    assert added["Location"] == "/account/2fa/recovery-codes/"
    assert SessionLimit.objects.get().second_factor_at is not None
    codes = client.get("/account/2fa/recovery-codes/download/").content.decode().split("\n")[3:]
    codes = [line for line in codes if line]
    assert len(codes) == len(set(codes)) == 10

    client.post("/account/logout/")
    asked_for_second_step(client, ben)
    first = client.post("/account/2fa/authenticate/", {"code": codes[0]})
    assert first["Location"] == "/"

    client.post("/account/logout/")
    asked_for_second_step(client, ben)
    second = client.post("/account/2fa/authenticate/", {"code": codes[0]})
    assert "The code is wrong" in second.content.decode()


def test_secrets_of_second_steps_are_not_readable_in_the_database(ben, client):
    with_app(ben)
    RecoveryCodes.activate(ben)

    for kept in Authenticator.objects.all():
        secret = kept.data.get("secret") or kept.data["seed"]
        assert APP_SECRET not in secret
        assert secret.startswith("gAAAA")


def test_secrets_are_still_readable_after_the_secret_key_has_changed(ben, client, settings):
    with_app(ben)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key"
    asked_for_second_step(client, ben)

    assert client.post("/account/2fa/authenticate/", {"code": app_code()})["Location"] == "/"


def test_the_last_second_step_cannot_be_removed(ben):
    browser = signed_in(with_app(ben))
    prove_again(browser)

    browser.post("/account/2fa/app/remove/")

    assert Authenticator.objects.filter(type="totp").exists()


def test_the_last_passkey_cannot_be_removed(ben):
    key = Authenticator.objects.create(user=ben, type="webauthn", data={"name": "My phone"})
    browser = signed_in(ben)
    prove_again(browser)

    answer = browser.post(f"/account/2fa/passkeys/{key.pk}/remove/")

    assert answer["Location"] == "/account/2fa/"
    assert Authenticator.objects.filter(pk=key.pk).exists()


def test_changing_how_one_signs_in_asks_again_a_while_after_signing_in(ben):
    browser = signed_in(with_app(ben))

    answer = browser.get("/account/2fa/recovery-codes/new/")

    assert answer["Location"].startswith("/account/reauthenticate/")


def test_wrong_codes_inside_a_session_end_it(ben):
    browser = signed_in(with_app(ben))
    for _ in range(5):
        browser.post("/account/2fa/reauthenticate/", {"code": wrong(app_code())})

    assert browser.get("/account/").status_code == 302
    assert not SessionLimit.objects.exists()


def test_nobody_signs_up(client, db):
    assert client.get("/account/signup/")["Location"] == "/account/activate/"
    assert client.post("/account/signup/").status_code == 302
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "absent",
    [
        "3rdparty/",
        "3rdparty/signup/",
        "social/signup/",
        "password/set/",
        "sessions/",
        "login/code/",
    ],
)
def test_what_we_do_not_use_of_allauth_has_no_address(client, db, absent):
    assert client.get(f"/account/{absent}").status_code == 404


def test_every_page_of_allauth_that_has_an_address_is_drawn_by_us():
    for pattern in get_resolver("portal.identity.urls").url_patterns:
        view = getattr(pattern.callback, "view_class", None)
        template = getattr(view, "template_name", None)
        if template:
            assert drawn_by(template) == "Jinja2", template


def drawn_by(name):
    from django.template.loader import get_template  # noqa: PLC0415 (needs the settings)

    return type(get_template(name).backend).__name__


@pytest.mark.parametrize(
    "page",
    [
        "login/",
        "password/reset/",
        "password/reset/done/",
        "password/reset/key/1-x/",
        "password/reset/key/done/",
        "activate/",
        "signed-out/?why=idle",
        "signed-out/?why=longest",
        "signed-out/?why=ended",
        "signed-out/?why=<script>",
        "inactive/",
    ],
)
def test_each_page_before_signing_in_is_drawn_and_sets_no_session(client, db, page):
    answer = client.get(f"/account/{page}")

    assert answer.status_code == 200
    assert "session" not in answer.cookies
    assert "<script>" not in answer.content.decode()


@pytest.mark.parametrize(
    "page",
    [
        "",
        "logout/",
        "capacity/",
        "password/change/",
        "reauthenticate/",
        "2fa/",
        "2fa/reauthenticate/",
        "2fa/app/remove/",
        "2fa/recovery-codes/",
        "2fa/recovery-codes/new/",
        "2fa/passkeys/",
        "2fa/passkeys/add/",
    ],
)
def test_each_page_of_a_login_is_drawn(ben, page):
    with_app(ben)
    RecoveryCodes.activate(ben)
    browser = signed_in(ben)
    prove_again(browser)

    answer = browser.get(f"/account/{page}")

    assert answer.status_code == 200
    assert "Sign out" in answer.content.decode()


@pytest.mark.parametrize("page", ["", "capacity/", "2fa/", "2fa/passkeys/", "password/change/"])
def test_a_logins_pages_ask_strangers_to_sign_in(client, db, page):
    assert client.get(f"/account/{page}")["Location"].startswith("/account/login/?next=")


def test_a_page_to_go_on_to_is_never_another_sites(client, ben):
    with_app(ben)
    asked = {"login": ben.email, "password": PASSWORD, "next": "https://evil.example/"}
    client.post("/account/login/", asked)

    done = client.post("/account/2fa/authenticate/", {"code": app_code()})
    page = client.get("/account/signed-out/?next=https://evil.example/").content.decode()

    assert done["Location"] == "/"
    assert "evil.example" not in page


def prove_again(browser):
    session = browser.session
    user_id = session["_auth_user_id"]
    session["account_authentication_methods_user"] = user_id
    session["account_authentication_methods"] = [
        {"method": "password", "at": time.time(), "reauthenticated": True}
    ]
    session.save()

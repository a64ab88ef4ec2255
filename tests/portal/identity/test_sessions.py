"""Sessions end by the server's clock and by its columns, whatever the browser believes."""

import pytest
from django.contrib.auth import get_user
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from fhir import changes
from fhir.access import SYSTEM
from portal import clock
from portal.identity import sessions
from portal.identity.middleware import IdentityMiddleware
from portal.identity.models import Capacity, SessionLimit
from tests.signing_in import PASSWORD, app_code, linked, signed_in, with_app

# A page that stands whatever other features come to be.
PAGE = "/account/"


def is_signed_in(browser, page=PAGE):
    return browser.get(page).status_code == 200


def test_an_idle_session_ends_after_thirty_minutes(ben, moved_clock):
    browser = signed_in(ben)
    moved_clock.move(minutes=29)
    assert is_signed_in(browser)
    moved_clock.move(minutes=29)
    assert is_signed_in(browser)

    moved_clock.move(minutes=30)
    answer = browser.get(PAGE)

    assert answer["Location"].startswith("/account/signed-out/?why=idle")
    assert not get_user(request_of(browser)).is_authenticated
    assert not SessionLimit.objects.exists()


def test_a_busy_session_ends_after_twelve_hours(ben, moved_clock):
    browser = signed_in(ben)
    for _ in range(25):
        moved_clock.move(minutes=28)
        assert is_signed_in(browser)

    moved_clock.move(minutes=21)

    assert browser.get(PAGE)["Location"].startswith("/account/signed-out/?why=longest")


def test_a_session_from_the_nhs_app_ends_after_ten_idle_minutes(ben, moved_clock):
    browser = signed_in(ben)
    SessionLimit.objects.update(from_nhs_app=True)
    moved_clock.move(minutes=9)
    assert is_signed_in(browser)

    moved_clock.move(minutes=10)

    assert browser.get(PAGE)["Location"].startswith("/account/signed-out/?why=idle")


@pytest.mark.parametrize(
    "quiet", ["/account/session/", "/record/results/?part=results", "/live/head", "/?part=new"]
)
def test_what_a_page_asks_by_itself_extends_nothing_and_is_not_redirected(ben, moved_clock, quiet):
    browser = signed_in(ben)
    moved_clock.move(minutes=29)
    browser.get(quiet)
    moved_clock.move(minutes=1)

    answer = browser.get(quiet)

    assert (answer.status_code, answer.content) == (401, b"")


def test_staying_signed_in_starts_the_thirty_minutes_anew(ben, moved_clock):
    browser = signed_in(ben)
    moved_clock.move(minutes=25)
    assert browser.get("/account/session/").json()["idle"] in {299, 300}  # seconds

    assert browser.post("/account/stay/").json()["idle"] == 1800

    moved_clock.move(minutes=29)
    assert is_signed_in(browser)


def test_staying_signed_in_does_not_bring_a_session_back(ben, moved_clock):
    browser = signed_in(ben)
    moved_clock.move(minutes=30)

    assert browser.post("/account/stay/").status_code == 401


def test_signing_out_ends_the_session_and_is_announced(ben, bens_record):
    browser, other = signed_in(ben), signed_in(ben)

    answer = browser.post("/account/logout/")

    assert answer["Location"] == "/account/signed-out/"
    assert not is_signed_in(browser)
    assert is_signed_in(other)
    assert changes.since(SYSTEM, bens_record, 0)[-1].kind == "auth"


def test_signing_out_everywhere_else_spares_this_session(ben, bens_record):
    browser, other = signed_in(ben), signed_in(ben)

    browser.post("/account/sign-out-elsewhere/")

    assert is_signed_in(browser)
    assert not is_signed_in(other)


def test_a_changed_password_ends_every_other_session(ben, bens_record):
    browser, other = signed_in(ben), signed_in(ben)
    words = "seven tin boats rowing"
    form = {"oldpassword": PASSWORD, "password1": words, "password2": words}

    browser.post("/account/password/change/", form)

    ben.refresh_from_db()
    assert ben.check_password(words)
    assert is_signed_in(browser)
    assert not is_signed_in(other)
    assert changes.since(SYSTEM, bens_record, 0)[-1].kind == "auth"


@pytest.mark.parametrize("lock", [{"is_active": False}, {"locked": True}])
def test_a_locked_account_has_no_open_session(ben, moved_clock, lock):
    browser = signed_in(ben)
    if lock.pop("locked", False):
        ben.locked_until = clock.now().replace(year=2099)
    for name, value in lock.items():
        setattr(ben, name, value)
    ben.save()

    assert not is_signed_in(browser)


def test_a_session_without_its_row_is_over(ben):
    browser = signed_in(ben)
    SessionLimit.objects.all().delete()

    assert browser.get(PAGE)["Location"].startswith("/account/signed-out/?why=ended")


def test_a_socket_can_ask_whether_its_session_still_stands(ben, moved_clock):
    signed_in(ben)
    token = str(SessionLimit.objects.get().key)

    assert sessions.still_stands(token, clock.now()).person == SessionLimit.objects.get().person
    assert sessions.still_stands(token, moved_clock.move(minutes=30)) is None


def test_asking_for_a_socket_extends_nothing(ben):
    signed_in(ben)
    before = SessionLimit.objects.get()

    sessions.still_stands(str(before.key), clock.now())

    assert SessionLimit.objects.get().last_seen_at == before.last_seen_at


def test_a_second_step_set_up_elsewhere_ends_sessions_that_had_none(ben):
    without = signed_in(ben, second_factor=False)
    other = signed_in(ben, second_factor=False)
    other.get("/account/2fa/")
    request = request_of(other)

    sessions.prove_second_factor(request.session, ben, clock.now())

    assert is_signed_in(other)
    assert not is_signed_in(without)


def test_pages_of_a_session_are_kept_by_no_browser(ben, client):
    assert signed_in(ben).get(PAGE)["Cache-Control"] == "no-store"
    assert client.get("/account/login/")["Cache-Control"] == "no-store"


def test_somebody_who_is_both_uses_one_capacity_at_a_time(dr_nair, bens_record):
    linked(dr_nair, bens_record)
    browser = signed_in(dr_nair)
    assert SessionLimit.objects.get().capacity == Capacity.PATIENT

    asked = browser.get("/staff/")
    assert asked["Location"] == "/account/capacity/?next=%2Fstaff%2F"
    changed = browser.post("/account/capacity/", {"next": "/staff/"})

    limit = SessionLimit.objects.get()
    assert (limit.capacity, limit.person) == (Capacity.STAFF, "")
    assert changed["Location"] == "/staff/"
    assert changes.since(SYSTEM, bens_record, 0)[-1].kind == "auth"
    back = browser.get("/record/")
    assert back["Location"] == "/account/capacity/?next=%2Frecord%2F"


def test_a_patient_cannot_become_staff(ben):
    browser = signed_in(ben)

    browser.post("/account/capacity/", {"next": "/staff/"})

    assert SessionLimit.objects.get().capacity == Capacity.PATIENT


def test_signing_in_with_the_second_step_begins_a_session_that_has_it(ben, client):
    with_app(ben)
    client.post("/account/login/", {"login": ben.email, "password": PASSWORD})
    assert not SessionLimit.objects.exists()

    client.post("/account/2fa/authenticate/", {"code": app_code()})

    assert SessionLimit.objects.get().second_factor_at is not None


def request_of(browser):
    request = HttpRequest()
    request.session = browser.session
    return request


def test_a_session_signed_in_inside_the_nhs_app_is_known_by_it(ben, client):
    with_app(ben)
    agent = {"User-Agent": "Mozilla/5.0 (iPhone) Mobile/15E148 nhsapp-ios/2.40.0"}
    login = {"login": ben.email, "password": PASSWORD}
    client.post("/account/login/", login, headers=agent)
    client.post("/account/2fa/authenticate/", {"code": app_code()}, headers=agent)

    assert SessionLimit.objects.get().from_nhs_app
    assert client.get("/account/session/").json()["idle_warning"] == 60


def test_sessions_that_nobody_came_back_to_are_forgotten_and_not_counted(ben, moved_clock):
    signed_in(ben)
    moved_clock.move(minutes=31)

    page = signed_in(ben).get(PAGE).content.decode()

    assert SessionLimit.objects.count() == 1
    assert "Signed in elsewhere" not in page


def test_a_patients_request_asks_the_database_the_same_few_things_each_time(
    ben, a_report_of, bens_record, django_assert_num_queries
):
    def through():
        request = RequestFactory().get("/record/")
        request.session = browser.session
        request.user = get_user(request)
        IdentityMiddleware(lambda _: HttpResponse())(request)
        return request

    browser = signed_in(ben)
    through()
    for _ in range(3):
        a_report_of(bens_record)

    # The session, its user, its limits; and whether the identity is held, in its own scope.
    with django_assert_num_queries(9):
        request = through()
    assert request.patient == bens_record

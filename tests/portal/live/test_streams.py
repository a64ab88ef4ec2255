"""Event streams stay open for hours, many at a time."""

from contextlib import ExitStack, contextmanager

import httpx
import pytest
from django.conf import settings

from fhir.access import SYSTEM
from fhir.store import Repository
from tests.builders import a_patient
from tests.signing_in import a_login, linked, signed_in

pytestmark = pytest.mark.journey

WAIT = 20  # seconds
MANY = 20  # more than a process has connections


@pytest.fixture
def cookies(own_database):
    patient = Repository(SYSTEM).create(a_patient("9991000003")).id
    user = a_login("Amina Yusuf")
    linked(user, patient)
    name = settings.SESSION_COOKIE_NAME
    return {name: signed_in(user).cookies[name].value}


@contextmanager
def a_stream(web, cookies):
    with (
        httpx.Client(cookies=cookies, timeout=WAIT) as client,
        client.stream("GET", f"{web.base_url}/live/events") as answer,
    ):
        yield answer.iter_raw()


def test_open_streams_hold_no_connection_to_the_database(site, cookies):
    web = site.start("web")

    with ExitStack() as opened:
        streams = [opened.enter_context(a_stream(web, cookies)) for _ in range(MANY)]
        assert {next(stream) for stream in streams} == {b"retry: 5000\n\n"}
        page = httpx.get(f"{web.base_url}/record/results/", cookies=cookies, timeout=WAIT)

    assert page.status_code == httpx.codes.OK

"""No kind of viewer is told of a record at a socket, whatever their cursor, but its patient."""

import json
import time
from contextlib import ExitStack

import pytest
from django.conf import settings
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from fhir.access import SYSTEM
from fhir.store import Repository
from portal.identity.models import Role
from tests.builders import a_patient
from tests.portal.live.test_socket import closed_with, open_socket, said, write
from tests.portal.results.staff import a_clinician, treats
from tests.signing_in import a_login, linked, signed_in

QUIET = 1.0  # seconds in which nobody hears what its patient has heard already


@pytest.fixture
def web(site):
    return site.start("web")


@pytest.mark.journey
def test_each_socket_tells_of_a_record_to_its_patient_alone(web):
    records = Repository(SYSTEM)
    amina = records.create(a_patient("9991000003")).id
    ben = records.create(a_patient("9991013172", family="Carter")).id
    of_amina, of_ben = a_login("Amina"), a_login("Ben")
    linked(of_amina, amina)
    linked(of_ben, ben)
    hers = signed_in(of_amina)
    listening = {
        "a visitor": None,
        "Ben": signed_in(of_ben),
        "Amina without the second step": signed_in(of_amina, second_factor=False),
        "a clinician who treats her": signed_in(treats(a_clinician("Dr Priya Nair"), amina)),
        **{role: signed_in(a_login(role.title(), role)) for role in Role if role != Role.NONE},
    }
    tried = 0
    with open_socket(web, hers) as socket:
        own = said(socket, "head")["c"]
    with ExitStack() as open_together:
        others = [
            (who, open_together.enter_context(open_socket(web, client, cursor=cursor)))
            for who, client in listening.items()
            for cursor in (own, "", "x", own[:-2])
        ]
        for _ in others:
            write(amina, f"o{tried}", withheld=False)
            tried += 1
        with open_socket(web, hers, cursor=own) as socket:
            said(socket)
        quiet_until = time.monotonic() + QUIET
        for who, other in others:
            assert hears_nothing_of_her(other, quiet_until), who
    for origin in ("https://evil.example", "null", "http://localhost.evil.example"):
        with open_socket(web, hers, origin=origin) as stranger:
            assert closed_with(stranger) == 4403
            tried += 1
    for path in ("live", "live/events", "live/head", "record/results/", "fhir/R4", "staff/", "x"):
        cookie = hers.cookies[settings.SESSION_COOKIE_NAME].value
        headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}"}
        address = f"ws://localhost:{web.port}/{path}"
        with pytest.raises(InvalidStatus):
            connect(address, origin=web.base_url, additional_headers=headers)
        tried += 1
    with open_socket(web, hers, cursor=own) as socket:
        assert said(socket)["k"] == ["home", "results"]
    print(f"\n{tried + 1} sockets tried")  # noqa: T201 (what was tried)


def hears_nothing_of_her(socket, until):
    """Whether a socket is closed, or tells of nothing until then."""
    try:
        while True:
            heard = json.loads(socket.recv(timeout=max(0, until - time.monotonic())))
            if heard["t"] == "ev":
                return False
    except TimeoutError:
        return True
    except Exception as closed:  # noqa: BLE001 (however it ends, nothing was told)
        return "4401" in str(closed)

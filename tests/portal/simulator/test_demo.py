import contextlib
import re
import signal
import subprocess
import time

import httpx
import pytest

from portal.simulator import cast
from portal.simulator.accounts import PASSWORD
from portal.simulator.table import chosen
from tests.site import Running, Site, alone

pytestmark = pytest.mark.journey


def starts(site: Site, folder) -> Running:
    """Start the demo and return when it says who can sign in."""
    demo = Running(["demo", "--memory", str(folder)], site.environment(), start=alone)
    deadline = time.monotonic() + 200
    while not any(line.startswith("Alex Byrne") for line in demo.said):
        assert time.monotonic() < deadline, "".join(demo.said)
        with contextlib.suppress(subprocess.TimeoutExpired):
            raise AssertionError(f"{demo.process.wait(timeout=0.2)}: {''.join(demo.said)}")
    return demo


def results_of(site: Site, person) -> str:
    [account] = chosen([person.key])
    with httpx.Client(base_url=site.base_url, follow_redirects=True) as browser:
        _send(browser, "/account/login/", login=person.email, password=PASSWORD)
        _send(browser, "/account/2fa/authenticate/", code=account.code(time.time()))
        return browser.get("/record/results/").text


def _send(browser, path, **fields):
    page = browser.get(path)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[1]
    origin = str(browser.base_url).rstrip("/")
    answer = browser.post(
        path, data=fields | {"csrfmiddlewaretoken": token}, headers={"Origin": origin}
    )
    assert answer.status_code == 200


def test_one_command_shows_a_hospital_and_the_next_start_goes_on(site, tmp_path):
    demo = starts(site, tmp_path)
    amina = results_of(site, cast.AMINA)
    ben = results_of(site, cast.BEN)
    demo.end(signal.SIGINT)

    assert "Full blood count" in amina
    assert "Full blood count" in ben
    assert "Skin biopsy" not in ben
    assert demo.process.returncode == 0
    assert any(line.startswith("Five years of the cast come in") for line in demo.said)

    again = starts(site, tmp_path)
    again.end(signal.SIGINT)

    assert not any(line.startswith("Five years") for line in again.said)
    assert again.process.returncode == 0

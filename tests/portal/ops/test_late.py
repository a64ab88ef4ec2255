"""What comes over FHIR after something newer changes nothing, and operations see it."""

import json

import pytest

from fhir import feeds
from fhir.access import SYSTEM
from fhir.intake import Unmatched, keep_unmatched
from fhir.outcomes import error
from fhir.store import Repository
from portal import clock
from portal.identity.models import Tie
from tests.builders import Json, a_bundle, a_patient, an_observation
from tests.fhir.rest.conftest import Api, address_in
from tests.portal.ops.conftest import main, plain, rows, state_of, worked

FEEDS = "/ops/feeds/"
LATE = "/ops/messages/?view=late"
KEPT = "it is older than what is held, and was kept as history"


@pytest.fixture
def epr(db):
    return Api(feeds.add(feeds.Terms("epr", "RMB")))


@pytest.fixture
def amina_yusuf(epr):
    (entry,) = epr.send(a_patient("9991000003"))
    return address_in(entry)[1]


@pytest.fixture
def said_at(amina_yusuf):
    """Give what the hospital says of one result, at a minute past ten."""

    def say(minute: int, value: str) -> Json:
        identifier = {"system": "https://millbrook.example/result", "value": "R1"}
        stated = {"lastUpdated": f"2026-03-10T10:{minute:02}:00Z"}
        return an_observation(amina_yusuf, value=value, identifier=[identifier], meta=stated)

    return say


def by_transaction(epr, resource, place):
    epr.send(resource)


def by_batch(epr, resource, place):
    epr.send(resource, kind="batch")


def by_itself(epr, resource, place):
    assert epr.post("/Observation", resource).status_code == 200


def by_its_address(epr, resource, place):
    assert epr.put(f"/{place}", resource | {"id": place.partition("/")[2]}).status_code == 200


def listed(browser):
    return main(browser.get(LATE)).count("Open<span")


@pytest.mark.parametrize("sent", [by_transaction, by_batch, by_itself, by_its_address])
def test_an_older_version_that_comes_late_is_ignored_and_seen_on_the_feed_board(
    epr, said_at, browser, sent
):
    kind, name, _ = address_in(epr.send(said_at(5, "112"))[0])
    assert "late or out of order" not in plain(main(browser.get(FEEDS)))

    sent(epr, said_at(1, "119"), f"{kind}/{name}")

    assert Repository(SYSTEM).read(kind, name).json["valueQuantity"]["value"] == 112
    assert "1 late or out of order in epr" in plain(main(browser.get(FEEDS)))
    ((number,),) = rows("SELECT id FROM portal_fhir_inboundmessage")
    page = main(browser.get(f"/ops/messages/{number}/"))
    assert KEPT in page
    assert "Haemoglobin 119 g/L, older than what is held, kept as history" in plain(page)
    assert "It has been filed." in page
    assert "119" not in page.partition('aria-label="Entries"')[2].partition("</ol>")[0]
    assert 'value="replay"' not in page


def test_the_same_late_bytes_are_seen_once(epr, said_at, browser):
    epr.send(said_at(5, "112"))
    late = json.dumps(a_bundle(said_at(1, "119")))

    answers = [epr.post("", late).content for _ in range(2)]

    assert answers[0] == answers[1]
    assert listed(browser) == 1


def test_what_comes_in_its_order_or_says_nothing_of_time_is_not_late(epr, said_at, browser):
    for resource in (said_at(1, "119"), said_at(5, "112"), said_at(5, "112")):
        epr.send(resource)
    timeless = said_at(6, "113")
    del timeless["meta"]
    epr.send(timeless)

    assert rows("SELECT count(*) FROM portal_fhir_inboundmessage") == [(0,)]
    assert listed(browser) == 0


def test_what_waited_for_its_person_and_then_is_late_says_so_too(epr, said_at, browser):
    epr.send(said_at(5, "112"))
    refused = Unmatched([error("not-found", "Bundle.entry[0].resource", "no such patient")])
    keep_unmatched("epr", json.dumps(a_bundle(said_at(1, "119"))).encode(), refused)
    ((number,),) = rows("SELECT id FROM portal_fhir_inboundmessage")

    browser.post(f"/ops/messages/{number}/", {"act": "replay"})
    worked()

    assert state_of(number) == "done"
    assert KEPT in main(browser.get(f"/ops/messages/{number}/"))
    assert listed(browser) == 1


def test_nobody_looks_into_a_late_message_about_themselves(
    epr, said_at, amina_yusuf, alex, browser
):
    epr.send(said_at(5, "112"))
    epr.send(said_at(1, "119"))
    ((number,),) = rows("SELECT id FROM portal_fhir_inboundmessage")
    Tie.objects.create(user=alex, patient=amina_yusuf, declared_at=clock.now())

    asked = {"act": "reveal", "reason": "Curious"}

    assert browser.post(f"/ops/messages/{number}/", asked).status_code == 404

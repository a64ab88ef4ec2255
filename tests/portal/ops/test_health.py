"""What a supervisor, a proxy and a graph are told."""

import re
from datetime import timedelta

import pytest

from fhir import audit
from tests.portal.ops.conftest import NOW, heard

pytestmark = pytest.mark.usefixtures("parked")


def test_a_service_whose_relay_chains_the_audit_is_ready(client):
    audit.chain()

    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert "relay: ok" in answer.content.decode()


def test_a_relay_that_does_not_run_is_told_and_takes_no_page_away(client, feeds, settings):
    feeds.move(seconds=61)
    settings.CLOCK_MAY_MOVE = False

    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert "relay: stopped" in answer.content.decode()


def test_a_silent_feed_is_told_and_takes_no_page_away(client):
    audit.chain()
    heard("winpath", NOW - timedelta(hours=2))

    answer = client.get("/readyz")

    assert (answer.status_code, "feeds: silent: winpath" in answer.content.decode()) == (200, True)


def test_metrics_are_figures_as_prometheus_reads_them(client):
    answer = client.get("/metrics")

    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    lines = answer.content.decode().splitlines()
    assert 'daybook_feed_messages{feed="winpath",state="parked"} 1' in lines
    assert 'daybook_feed_silent{feed="winpath"} 0' in lines
    assert 'daybook_alarms{kind="parked"} 1' in lines
    assert 'daybook_alarms{kind="held"} 0' in lines
    assert 'daybook_feed_received_24h{feed="winpath"} 1' in lines
    stamp = f'daybook_feed_last_heard_timestamp_seconds{{feed="pas"}} {NOW.timestamp():.3f}'
    assert stamp in [line.split(".")[0] + ".000" if "timestamp" in line else line for line in lines]
    figure = re.compile(r'[a-z0-9_]+\{([a-z]+="[^"]*",?)+\} -?[0-9.]+')
    assert [one for one in lines if not one.startswith("# ") and not figure.fullmatch(one)] == []


def test_metrics_hold_nothing_about_anybody(client):
    text = client.get("/metrics").content.decode()
    for one in ("Yusuf", "9991000003", "M1000003", "OBX"):
        assert one not in text


def test_a_public_service_gives_its_figures_to_the_holder_of_the_token_alone(client, settings):
    settings.IS_PUBLIC = True
    assert client.get("/metrics").status_code == 404

    settings.METRICS_TOKEN = "a long and secret word"

    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 404
    right = {"Authorization": "Bearer a long and secret word"}
    assert client.get("/metrics", headers=right).status_code == 200

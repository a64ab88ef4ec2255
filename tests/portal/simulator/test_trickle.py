from collections import Counter
from datetime import timedelta

import hl7
import pytest

from fhir.hl7.feeds import FeedSettings
from fhir.hl7.message import Message
from fhir.hl7.messages import mapped
from portal.simulator.trickle import Figure, Trickle
from tests.portal.simulator.conftest import SEED


@pytest.fixture
def figures(histories):
    weights = {"amina": 5, "ben": 2, "grace": 2, "stranger": 1}
    return [Figure.of(histories[key], weight) for key, weight in weights.items()]


def played(figures, now, count=400):
    trickle = Trickle(figures, SEED, now)
    return [trickle.next(now + timedelta(seconds=40 * turn)) for turn in range(count)]


def test_the_same_seed_and_times_play_the_same(figures, now):
    assert played(figures, now, 60) == played(figures, now, 60)


def test_something_happens_every_twenty_to_sixty_seconds(figures, now):
    trickle = Trickle(figures, SEED, now)
    waits = []
    for _ in range(100):
        waits.append(trickle.pause())
        trickle.next(now)

    assert 20 <= min(waits) < 25
    assert 55 < max(waits) <= 60


def test_most_of_it_is_new_and_aminas(figures, now):
    lines = Counter(one.line.split(" for ")[-1] for one in played(figures, now))

    assert lines.most_common(1)[0][0] == "Amina Yusuf"
    assert set(lines) == {"Amina Yusuf", "Ben Carter", "Grace Carter", "Harriet Vance"}


def test_now_and_then_something_is_corrected_late_or_somebody_elses(figures, now):
    lines = [one.line for one in played(figures, now)]

    for said in (
        "A corrected result",
        "An older version",
        "A result of somebody else",
        "A written",
    ):
        assert 0 < sum(line.startswith(said) for line in lines) < 50


def test_what_is_taken_back_was_told_before(figures, now):
    told = set()
    for one in played(figures, now):
        message = hl7.parse(one.message.decode())
        number = str(message["OBR"][0][3])
        statuses = {str(line[11]) for line in message["OBX"]}
        if statuses & {"C", "W"} or one.line.startswith("An older version"):
            assert number in told
        told.add(number)


def test_an_older_version_says_an_older_time(figures, now):
    newest = {}
    for one in played(figures, now):
        message = hl7.parse(one.message.decode())
        number, issued = str(message["OBR"][0][3]), str(message["OBR"][0][22])
        if one.line.startswith("An older version"):
            assert issued < newest[number]
        else:
            newest[number] = issued


def test_new_values_stay_near_the_last_ones(figures, now):
    found = [
        float(line[5][0])
        for one in played(figures, now)
        if one.line == "A new result for Amina Yusuf"
        for line in hl7.parse(one.message.decode())["OBX"]
        if str(line[3]).startswith("718-7")
    ]

    assert len(found) > 10
    assert all(abs(value - 112) < 15 for value in found)


def test_everything_said_can_be_read(figures, now):
    for one in played(figures, now, 120):
        found = mapped(Message.read(one.message), FeedSettings("a feed", "RMB"))
        assert found.warnings == ()

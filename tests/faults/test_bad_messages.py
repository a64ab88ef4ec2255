"""Messages doubled, out of order, late, torn, flipped: the record is that of a faultless feed."""

import asyncio
import os
from random import Random

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir.hl7 import inbox
from fhir.hl7.framing import framed
from tests.faults import truth
from tests.faults.ward import MORNING, message, people
from tests.fhir.hl7.hospital import a_feed, code, connected
from tests.fhir.hl7.test_mllp import listening

pytestmark = pytest.mark.journey

EXAMPLES = int(os.environ.get("FAULT_EXAMPLES", "10"))
LENGTH = 7  # messages of each person
# A flipped bit may ask for the enhanced mode.
ANSWERS = {"AA", "AE", "AR", "CA", "CE", "CR"}

fates = st.lists(
    st.sampled_from(["once", "twice", "again under another number", "a day later", "late"]),
    min_size=LENGTH,
    max_size=LENGTH,
)
damages = st.lists(
    st.tuples(
        st.sampled_from(["torn off", "cut short", "flipped", "two flipped", "run together"]),
        st.integers(min_value=0, max_value=2**31),
    ),
    max_size=6,
)


def unlucky(said, fates, throw):
    """Return what arrives of these messages today, and what comes again a day later."""
    today, tomorrow, held_back = [], [], []
    for one, fate in zip(said, fates, strict=True):
        match fate:
            case "late":
                held_back.append(one)
                continue
            case "twice":
                today.append(one)
            case "again under another number":
                today.append(one.replace(b"R01|R", b"R01|Rx", 1))
            case "a day later":
                tomorrow += [one, one.replace(b"R01|R", b"R01|Ry", 1)]
        today.append(one)
    throw.shuffle(held_back)
    return [*today, *held_back], tomorrow


def damaged(said, how, throw):
    """Return the bytes that arrive on the line instead of a message."""
    frame = framed(said)
    place = throw.randrange(1, len(frame))
    match how:
        case "torn off":
            return frame[:place]
        case "cut short":
            return framed(said[:place])
        case "run together":
            return framed(said[:place] + said)
    for _ in range(how.count("flipped") + how.count("two")):
        place = throw.randrange(len(frame))
        frame = frame[:place] + bytes([frame[place] ^ 1 << throw.randrange(8)]) + frame[place + 1 :]
    return frame


async def send(port, said):
    """Send messages one by one and return the answers' codes."""
    async with connected(port) as hospital:
        return [code(await hospital.sends(one)) for one in said]


async def send_damaged(port, bytes_sent, probe):
    """Send what is no message; whatever becomes of it, the next one is taken."""
    heard = []
    async with connected(port) as hospital, asyncio.timeout(20):
        await hospital.says(bytes_sent)
        await hospital.says(framed(probe))
        try:
            while not heard or heard[-1][1] != "probe":
                answer = await hospital.hears()
                heard.append((code(answer), answer.text("MSA-2")[-5:]))
        except (EOFError, OSError):
            heard.append(("hung up", ""))
    if heard[-1][1] != "probe":
        assert await send(port, [probe]) == ["AA"]
    return {said for said, _ in heard}


def record_of(connected, person):
    """Return all that the record says of somebody, without who it is."""
    own = (
        (person.nhs, "NHS"),
        (f"M{person.number:06}", "MRN"),
        (f"L{person.number}-", "L-"),
        (f"P{person.number}-", "P-"),
    )
    found = []
    for name, _, labels, said in truth.content(connected, versions=False).elements():
        if f"M{person.number:06}" not in said and f"M{person.number:06}" not in name:
            continue
        found.append((labels, _impersonal(name, own), _impersonal(said, own)))
    return sorted(found)


def _impersonal(text, own):
    for written, stands_for in own:
        text = text.replace(written, stands_for)
    return text


@pytest.fixture
def ward(own_database, moved_clock):
    moved_clock.move_to(MORNING)
    a_feed()
    return iter(people(3 * 200, 99))


async def over_the_line(given_messages, damage, probes):
    async with listening() as port:
        codes = await asyncio.gather(*(send(port, said) for said in given_messages))
        heard = set()
        for (how, seed), probe in zip(damage, probes, strict=False):
            throw = Random(seed)  # noqa: S311 (to be the same again)
            heard |= await send_damaged(port, damaged(probe[0], how, throw), probe[1])
        return {one for said in codes for one in said}, heard


def worked():
    return sum(iter(inbox.process_next, 0))


def test_the_record_is_that_of_a_feed_without_a_fault(ward, as_superuser, moved_clock):
    tried = []

    # Not made smaller where it fails: each case is another ward, and takes seconds.
    @hypothesis.settings(max_examples=EXAMPLES, phases=[hypothesis.Phase.generate])
    @given(fates, damages, st.integers(min_value=0, max_value=2**31))
    def holds(fates, damage, seed):
        moved_clock.move_to(MORNING)
        inbox._Sweep.last_at = float("-inf")
        as_superuser.execute("TRUNCATE portal_fhir_inboundmessage")
        lucky, other, torn = next(ward), next(ward), next(ward)
        lucky.family = other.family
        for one in (lucky, other):
            asyncio.run(over_the_line([[one.registered()]], (), ()))
        as_told = [lucky.reported() for _ in range(LENGTH)]
        throw = Random(seed)  # noqa: S311 (to be the same again)
        today, tomorrow = unlucky([other.reported() for _ in range(LENGTH)], fates, throw)
        probes = [(torn.reported(), a_probe(torn, n)) for n in range(len(damage))]

        codes, heard = asyncio.run(over_the_line([as_told, today], damage, probes))
        worked()
        moved_clock.move(days=1)
        again, _ = asyncio.run(over_the_line([tomorrow], (), ()))
        worked()

        assert codes <= {"AA"}
        assert again <= {"AA"}
        assert heard <= ANSWERS | {"hung up"}
        tried.append(len(as_told) + len(today) + len(tomorrow) + len(damage))
        assert record_of(as_superuser, other) == record_of(as_superuser, lucky) != []
        assert truth.gaps(as_superuser) == []
        assert truth.unsettled(as_superuser).partition(" messages")[1] == ""

    holds()

    print(f"\n{len(tried)} cases, {sum(tried)} messages")  # noqa: T201 (what was tried)


def a_probe(person, number):
    """Make a message by which it is seen that the listener goes on."""
    return message("ADT^A31", f"{person.number}-{number}-probe", MORNING, person.pid)

"""What the door finds out of a message, and that a glance at a usual one sees the same."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from fhir.hl7.envelope import Envelope, envelope_of, lane_of, read_envelope
from fhir.hl7.glance import at_a_glance
from fhir.search.values import NHS_NUMBER
from tests.fhir.hl7.reading import OBR, PID, WINPATH, written

AMINA = lane_of(NHS_NUMBER, "9991000003")
FEEDS = [
    WINPATH,
    replace(WINPATH, filler_is_shared=True),
    replace(WINPATH, identifiers={"MR": NHS_NUMBER}),
]

NUMBERS = [
    "9991000003^^^NHS^NH",
    "9991013172^^^NHS^NH",
    "999 100 0003^^^NHS",
    "9991000004^^^NHS^NH",
    "9991000003^^^nhsnbr",
    "M1000003^^^RMB^MR",
    "M1000003^^^RMB^MR^^20260101^soon",
    "9991000003",
    "9991000003^^^NHS&urn:x&ISO^NH",
    '""',
    "9991000003^^^N\\T\\S^NH",
    " 9991000003 ^^^ NHS ^ nh ",
    "Ł^^^RMB^MR",
    "",
]
FILLERS = [
    "L1^WINPATH",
    "L1",
    "",
    "L 1",
    '""',
    "^WINPATH",
    "L1~L2",
    "L\\S\\1",
    "L1^^",
    "L&1^X/Y",
    "é",
]
ENDS = ["\r", "", "\n", "\r\n", "\r\r", "\x00"]


def person(numbers: list[str], before: str = "", after: str = "", rest: str = "||Yusuf") -> str:
    return f"PID|1|{before}|{'~'.join(numbers)}|{after}{rest}"


def mostly(usual, odd):
    """Choose what is usual four times in five."""
    return some.integers(0, 4).flatmap(lambda n: some.sampled_from(odd) if not n else usual)


PEOPLE = some.builds(
    person,
    some.lists(mostly(some.sampled_from(NUMBERS[:1]), NUMBERS), min_size=1, max_size=2),
    mostly(some.just(""), NUMBERS),
    mostly(some.just(""), NUMBERS),
    mostly(some.just("||Yusuf^Amina"), ["", "|" * 1_100]),
)
REPORTS = some.builds(
    "OBR|1|P1|{}{}".format,
    mostly(some.sampled_from(FILLERS[:2]), FILLERS),
    mostly(some.just("|FBC^Count"), [""]),
)
OTHERS = mostly(
    some.sampled_from(["ORC|RE|P1|L9", "OBX|1|NM|HB", "NTE|1||soft\\.br\\wrapped", "ZZ1", "EVN"]),
    ["torn", "", " OBX|1", "\nOBR|1||L7", "PIDX|1", "PID", "OBR", "OBR|1", "NTE|1||a\nb"],
)
HEADS = mostly(
    some.sampled_from(["ORU^R01", "ORU^R01^ORU_R01"]),
    ["ORU", "oru^r01", "ORU^R01~ADT^A01", "ORU^R01^A^B", '""', "ORU^R01\rZZ"],
)


@some.composite
def messages(draw) -> bytes:
    lines = draw(some.lists(some.one_of(REPORTS, OTHERS), max_size=3))
    for _ in range(draw(mostly(some.just(1), [0, 2]))):
        lines.insert(draw(mostly(some.just(0), [1, 2])), draw(PEOPLE))
    end = draw(mostly(some.just("\r"), ENDS))
    raw = written(*lines, kind=draw(HEADS)).rstrip(b"\r") + end.encode()
    spoil = draw(mostly(some.just((b"", b"")), [(b"|", b"!"), (b"\r", b"\r\n"), (b"MSH", b" MSH")]))
    return raw.replace(*spoil) if spoil[0] else raw


@given(messages(), some.sampled_from(FEEDS))
def test_a_glance_sees_what_reading_finds_or_nothing(raw, feed):
    seen = at_a_glance(raw, feed)
    if seen:
        kind, number, reports = seen
        assert read_envelope(raw, feed) == Envelope(kind, lane_of(NHS_NUMBER, number), reports)


def test_a_usual_message_is_known_at_a_glance():
    raw = written(PID, "ORC|RE", OBR, OBR.replace("L1", "L2"), "OBX|1|NM|HB||112")

    assert at_a_glance(raw, WINPATH) is not None
    assert envelope_of(raw, WINPATH) == Envelope(
        "ORU^R01", AMINA, ("urn:daybook:RMB:report:WINPATH|L1", "urn:daybook:RMB:report:WINPATH|L2")
    )


@pytest.mark.parametrize(
    "lines",
    [
        (person(["M1000003^^^RMB^MR"]), OBR),
        (person(["9991000003^^^NHS^NH", "9991013172^^^NHS^NH"]), OBR),
        (person(["9991000003^^^NHS^NH"], before="9991013172^^^NHS^NH"), OBR),
        (PID, PID, OBR),
        (PID, OBR.replace("L1", "L~1")),
        (PID, OBR, "torn"),
        (PID, "NTE|1||Siobán"),
    ],
)
def test_an_unusual_message_is_read(lines):
    raw = written(*lines)

    assert at_a_glance(raw, WINPATH) is None
    assert envelope_of(raw, WINPATH) == read_envelope(raw, WINPATH)

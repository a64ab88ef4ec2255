import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir.hl7.framing import Frames, NotFramed, TooLarge, framed


def received(*parts: bytes, limit: int = 1000) -> list[bytes]:
    frames = Frames(limit)
    return [message for part in parts for message in given_out(frames, part)]


def given_out(frames: Frames, part: bytes) -> list[bytes]:
    frames.receive(part)
    return list(iter(frames.next, None))


@given(
    st.lists(st.binary(max_size=40).map(lambda raw: raw.translate(None, b"\x0b\x1c")), max_size=5),
    st.lists(st.integers(1, 30), max_size=20),
)
def test_messages_come_out_whole_however_the_bytes_arrive(messages, sizes):
    stream = b"".join(map(framed, messages))
    frames = Frames()
    found = []
    for size in [*sizes, len(stream)]:
        part, stream = stream[:size], stream[size:]
        found += given_out(frames, part)

    assert found == messages
    assert frames.held == 0


def test_a_frame_may_end_without_its_carriage_return():
    assert received(b"\x0bone\x1c", b"\x0btwo\x1c\r") == [b"one", b"two"]


def test_line_ends_between_frames_are_passed_over():
    assert received(b"\r\n\x0bone\x1c\r\n\n", b"\r\x0btwo\x1c\r") == [b"one", b"two"]


def test_a_sender_that_begins_anew_never_finished_the_first():
    assert received(b"\x0bhalf of o", b"\x0bone\x1c\r") == [b"one"]


def test_an_unfinished_message_is_none():
    frames = Frames()

    assert given_out(frames, b"\x0bhalf") == []
    assert frames.held == 5


@pytest.mark.parametrize("noise", [b"MSH|^~\\&|A", b"GET / HTTP/1.1\r\n", b"\x16\x03\x01"])
def test_what_is_no_frame_is_refused(noise):
    with pytest.raises(NotFramed):
        received(noise)


def test_a_message_as_long_as_the_limit_is_taken():
    assert received(framed(b"x" * 1000), limit=1000) == [b"x" * 1000]


@pytest.mark.parametrize("parts", [[b"\x0b" + b"x" * 2000], [framed(b"x" * 1001)]])
def test_a_message_over_the_limit_is_refused_with_its_beginning(parts):
    with pytest.raises(TooLarge) as refused:
        received(*parts)

    assert refused.value.start[:3] == b"xxx"

"""The reader, on the probes that trip others up, and beside two other readers."""

import base64

import hl7
import hl7kit
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir.hl7.message import DELETE, Message, Unreadable
from tests import samples

HEAD = r"MSH|^~\&|LAB|RMB|||20260310||ORU^R01|1|P|2.5.1"


def read(*lines: str, end: str = "\r", charset: str = "utf-8", last: str = "\r") -> Message:
    return Message.read((end.join((HEAD, *lines)) + last).encode(charset))


def said(value: str) -> str:
    return read(f"OBX|1|ST|||{value}").text("OBX-5")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"a\F\b\S\c\T\d\R\e\E\f", "a|b^c&d~e\\f"),
        (r"one\.br\two", "one\ntwo"),
        (r"one\.sp2\two\.ti+4\three\.in-2\four", "one\n\ntwothreefour"),
        (r"one\X0D0A\two", "one\ntwo"),
        (r"\XC3A1\ \XC3\\XA1\ ", "á á "),
        (r"C:\temp\new", r"C:\temp\new"),
        (r"C:\temp\F\new", "C:\\temp|new"),
        (r"\E\F\E\ ", "\\F\\ "),
        (r"\H\bold\N\ plain", "bold plain"),
        (r"\Zodd\ \C2842\ ", r"\Zodd\ \C2842\ "),
        ("one\nstill one", "one\nstill one"),
        ("", ""),
    ],
)
def test_a_value_is_unescaped_once_and_after_splitting(written, meant):
    assert said(written + "|") == meant


def test_highlighting_is_dropped_and_an_unknown_sequence_is_kept():
    assert said(r"\H\100\N\ \Q\ units|") == r"100 \Q\ units"


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
@pytest.mark.parametrize("last", ["", "\r", "\n", "\r\n\r\n", "\x1c\r"])
def test_segments_end_as_the_sender_ends_them(end, last):
    message = read("PID|1||7", "", "ZZ1|own", end=end, last=last)

    assert [segment.name for segment in message.segments] == ["MSH", "PID", "ZZ1"]
    assert message.text("PID-3") == "7"
    assert message.text("ZZ1-1") == "own"


def test_a_lone_line_feed_inside_a_value_is_kept():
    assert read("NTE|1||one\ntwo", "OBX|1").text("NTE-3") == "one\ntwo"


def test_an_mllp_frame_and_a_byte_order_mark_are_stripped():
    framed = b"\x0b\xef\xbb\xbf" + HEAD.encode() + b"\rPID|1||7\r\x1c\r"

    assert Message.read(framed).text("PID-3") == "7"


def test_the_messages_own_separators_are_used():
    raw = b"MSH#*~!@#LAB#RMB#####ORU*R01#1#P#2.3\rOBX#1#ST###a!F!b!S!c!T!d!E!e*second~again"
    message = Message.read(raw)

    assert message.kind == ("ORU", "R01")
    assert message.text("OBX-5") == "a#b*c@d!e"
    assert message.text("OBX-5.2") == "second"
    assert [one.text() for one in message.first("OBX")[5].repetitions] == ["a#b*c@d!e", "again"]


def test_a_fifth_encoding_character_is_one_of_them():
    message = Message.read(rb"MSH|^~\&#|LAB" + b"\r" + rb"OBX|1|ST|||a\P\b#")

    assert message.text("OBX-5") == "a#b#"


def test_components_repetitions_and_parts_are_reached():
    message = read("PID|1||1^^^A&1.2&ISO^MR~2^^^B^PI")
    first, second = message.first("PID")[3].repetitions

    assert (first.text(1), first.within(4).text(2), first.text(5)) == ("1", "1.2", "MR")
    assert (second.text(1), second.text(4), second.text(9)) == ("2", "B", "")
    assert message.text("PID-3.4") == "A&1.2&ISO"
    assert message.text("PID-3.4.2") == "1.2"


def test_occurrences_that_hold_nothing_are_none():
    message = read("PID|1||~~|~2~")

    assert (message.text("PID-3"), message.text("PID-4")) == ("", "2")
    assert message.first("PID")[3].repetitions == ()


def test_to_be_deleted_is_not_the_same_as_empty():
    message = read('PID|1||""||Smith^""|')

    assert message.value("PID-3") is DELETE
    assert message.first("PID")[3].deleted
    assert message.value("PID-5.2") is DELETE
    assert message.value("PID-4") == ""
    assert message.text("PID-3") == ""


@pytest.mark.parametrize(
    ("declared", "feed", "written", "warned"),
    [
        ("8859/1", "", "latin-1", []),
        ("UNICODE UTF-8", "", "utf-8", []),
        ("", "", "utf-8", []),
        ("", "8859/1", "latin-1", []),
        ("UNICODE", "", "utf-8", ["MSH-18: UNICODE is read as UTF-8"]),
        ("", "", "cp1252", ["MSH-18: the bytes are not in it; read as cp1252"]),
        ("UNICODE UTF-8", "", "cp1252", ["MSH-18: the bytes are not in it; read as cp1252"]),
        ("ASCII", "", "utf-8", ["MSH-18: the bytes are not in it; read as utf-8"]),
        ("KLINGON", "", "utf-8", ["MSH-18: unknown character set"]),
    ],
)
def test_the_character_set_is_the_declared_one_or_the_feeds_or_what_fits(
    declared, feed, written, warned
):
    raw = f"{HEAD}||||||{declared}\rPID|1||||Siobhán’s^x\r".replace(
        "’", "’" if written != "latin-1" else "'"
    )
    message = Message.read(raw.encode(written), charset=feed)

    assert message.text("PID-5").startswith("Siobhán")
    assert list(message.warnings) == warned


def test_windows_punctuation_under_8859_1_is_read_as_meant():
    raw = f"{HEAD}||||||8859/1\rNTE|1||patient’s\r".encode("cp1252")

    assert Message.read(raw).text("NTE-3") == "patient’s"


def test_a_large_document_is_a_view_of_the_message_and_no_copy():
    data = base64.b64encode(bytes(5 * 2**20))
    raw = HEAD.encode() + b"\rOBX|1|ED|PDF^R||^AP^PDF^Base64^" + data + b"||||||F\r"
    message = Message.read(raw)
    payload = message.first("OBX")[5].payload(5)

    assert payload == data
    assert payload.obj is message.raw
    assert message.text("OBX-11") == "F"


def test_unknown_versions_types_and_segments_do_no_harm():
    message = Message.read(b"MSH|^~\\&|A|B|||||XYZ^Q99|1|P|9.9\rZPI|a\rOBX|1|QQ|||x")

    assert (message.kind, message.text("MSH-12"), message.text("OBX-2")) == (
        ("XYZ", "Q99"),
        "9.9",
        "QQ",
    )


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        (b"", "MSH"),
        (b"PID|1", "MSH"),
        (b"FHS|^~\\&|A", "MSH"),
        (b"MSH", "MSH-2"),
        (b"MSH||", "MSH-2"),
        (b"MSH|^^~&|", "MSH-2"),
        (b"MSH|AB\\&|", "MSH-2"),
        (b"MSHA^~\\&A", "MSH-2"),
        (b"MSH|^~\\&|A\rpid|1", "line 2"),
        (b"MSH|^~\\&|A\rNTE|1||torn\rin two", "line 3"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(raw, place):
    with pytest.raises(Unreadable) as refused:
        Message.read(raw)

    assert refused.value.place == place


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        (HEAD.encode() + b"\rZZZ" * 200_000, "line 100001"),
        (HEAD.encode() + b"\rPID" + b"|" * 1_000_000, "PID"),
        (HEAD.encode() + b"\rPID|1||" + b"1~" * 1_000_000, "PID-3"),
    ],
)
def test_a_message_of_nothing_but_separators_is_refused(raw, place):
    with pytest.raises(Unreadable) as refused:
        Message.read(raw).text("PID-3")

    assert refused.value.place == place


def test_empty_lines_and_components_without_end_cost_little():
    raw = HEAD.encode() + b"\r" * 1_000_000 + b"PID|1||7" + b"^" * 1_000_000 + b"x|next"
    message = Message.read(raw)

    assert [segment.name for segment in message.segments] == ["MSH", "PID"]
    assert (message.text("PID-3"), message.text("PID-4")) == ("7", "next")


def test_an_error_never_repeats_what_the_message_says():
    with pytest.raises(Unreadable) as refused:
        Message.read(HEAD.encode() + b"\rSecret diagnosis")

    assert "Secret" not in str(refused.value)


@samples.needs("hl7v2-messages")
def test_every_sample_message_is_read():
    files = [path for path in samples.paths("hl7v2-messages/*/**/*") if path.is_file()]

    assert len(files) == 125
    for path in files:
        message = Message.read(path.read_bytes())
        assert message.segments[0].name == "MSH"
        assert all(message.kind), path
        assert not message.warnings, path


# Letters of several lengths in UTF-8, and all that must be escaped.
_texts = st.text("abcXYZ019 .,-+()áßł€|^~\\&", max_size=12).map(str.strip)
_repetitions = st.lists(st.lists(_texts, min_size=1, max_size=4), min_size=1, max_size=3)
_segments = st.lists(
    st.tuples(
        st.sampled_from(["OBX", "NTE", "PID", "ZZZ"]),
        st.lists(_repetitions, min_size=1, max_size=6),
    ),
    max_size=5,
)

_ESCAPES = {"\\": "E", "|": "F", "^": "S", "~": "R", "&": "T"}


def _escaped(text: str) -> str:
    return "".join(f"\\{_ESCAPES[letter]}\\" if letter in _ESCAPES else letter for letter in text)


def _field(repetitions: list[list[str]]) -> str:
    return "~".join("^".join(map(_escaped, components)) for components in repetitions)


def _written(segments: list[tuple[str, list[list[list[str]]]]]) -> str:
    lines = [f"{HEAD}||||||UNICODE UTF-8"]
    lines += ["|".join([name, *map(_field, fields)]) for name, fields in segments]
    return "\r".join(lines) + "\r"


@given(_segments)
def test_three_readers_agree_on_what_a_message_says(segments):
    text = _written(segments)
    ours = Message.read(text.encode())
    older, rust = hl7.parse(text), hl7kit.parse(text.encode())
    nth: dict[str, int] = {}

    for n, (name, fields) in enumerate(segments, start=1):
        nth[name] = nth.get(name, 0) + 1
        for f, repetitions in enumerate(fields, start=1):
            # Ours leaves out an occurrence that holds nothing.
            read_by_us = iter(ours.segments[n][f].repetitions)
            for r, components in enumerate(repetitions, start=1):
                one = next(read_by_us) if any(components) else None
                for c, meant in enumerate(components, start=1):
                    assert (one.text(c) if one else "") == meant
                    assert (rust.get(f"{name}[{nth[name]}]-{f}[{r}].{c}") or "") == meant
                    assert _older(older, n, f, r, c) == meant
            assert next(read_by_us, None) is None


def _older(message: hl7.Message, segment: int, number: int, repetition: int, part: int) -> str:
    field = message[segment][number]
    found = field[repetition - 1] if isinstance(field, hl7.Field) else field
    raw = found[part - 1] if isinstance(found, hl7.Repetition) else found
    return message.unescape(str(raw))

from datetime import UTC, datetime

import pytest

from fhir.hl7 import acknowledgement
from fhir.hl7.acknowledgement import (
    CANNOT_STORE,
    UNKNOWN_SENDER,
    WRONG_PROCESSING,
    Outcome,
    answers,
)
from fhir.hl7.header import header_of
from fhir.hl7.message import Message, Unreadable

NOW = datetime(2026, 7, 10, 8, 10, 5, tzinfo=UTC)


def header(accept: str = "", application: str = "", version: str = "2.5.1"):
    return header_of(
        rf"MSH|^~\&|WINPATH^x|RMB|DAYBOOK|RMB2|20260710||ORU^R01^ORU_R01|A7|P|{version}|||"
        rf"{accept}|{application}".encode()
        + b"\rPID|1||\xff"
    )


def answered(*given, **more) -> list[list[str]]:
    return [answer.decode().split("\r") for answer in answers(*given, NOW, **more)]


def test_an_answer_goes_back_to_whom_the_message_came_from():
    ((msh, msa, end),) = answered(header(), Outcome.STORED)

    assert msh.startswith(
        r"MSH|^~\&|DAYBOOK|RMB2|WINPATH^x|RMB|20260710091005+0100||ACK^R01^ACK|DB"
    )
    assert msh.endswith("|P|2.5.1")
    assert (msa, end) == ("MSA|AA|A7", "")


def test_an_answer_uses_the_senders_own_separators():
    theirs = header_of(b"MSH#*~!@#LAB*1#RMB#D#R###ORU*R01#7#T#2.3")
    ((msh, msa, _),) = answered(theirs, Outcome.STORED)

    assert msh.startswith("MSH#*~!@#D#R#LAB*1#RMB#")
    assert "#ACK*R01*ACK#" in msh
    assert msa == "MSA#AA#7"


def test_an_answer_can_be_read():
    (answer,) = answers(header(), Outcome.REJECTED, NOW, UNKNOWN_SENDER)
    read = Message.read(answer)

    assert read.kind == ("ACK", "R01")
    assert (read.text("MSA-1"), read.text("MSA-2")) == ("AR", "A7")
    assert (read.text("ERR-2.1"), read.text("ERR-2.3")) == ("MSH", "3")
    assert (read.text("ERR-3"), read.text("ERR-4")) == ("103", "E")


def test_an_older_version_is_told_the_place_in_its_own_form():
    (answer,) = answers(header(version="2.3"), Outcome.REJECTED, NOW, WRONG_PROCESSING)

    assert b"\rERR|MSH^1^11^202&Unsupported processing ID&HL70357\r" in answer


@pytest.mark.parametrize(
    ("accept", "application", "outcome", "codes"),
    [
        ("", "", Outcome.STORED, ["AA"]),
        ("", "", Outcome.NOT_STORED, ["AE"]),
        ("", "", Outcome.REJECTED, ["AR"]),
        ("AL", "", Outcome.STORED, ["CA"]),
        ("AL", "NE", Outcome.NOT_STORED, ["CE"]),
        ("AL", "NE", Outcome.REJECTED, ["CR"]),
        ("NE", "NE", Outcome.STORED, []),
        ("NE", "NE", Outcome.NOT_STORED, []),
        ("ER", "NE", Outcome.STORED, []),
        ("ER", "NE", Outcome.REJECTED, ["CR"]),
        ("SU", "NE", Outcome.STORED, ["CA"]),
        ("SU", "NE", Outcome.REJECTED, []),
        ("AL", "AL", Outcome.STORED, ["CA", "AA"]),
        ("NE", "AL", Outcome.STORED, ["AA"]),
        ("AL", "AL", Outcome.REJECTED, ["CR"]),
        ("AL", "ER", Outcome.STORED, ["CA"]),
        ("", "AL", Outcome.STORED, ["CA", "AA"]),
    ],
)
def test_senders_get_the_answers_they_ask_for(accept, application, outcome, codes):
    problem = None if outcome is Outcome.STORED else CANNOT_STORE
    found = answers(header(accept, application), outcome, NOW, problem)

    assert [Message.read(answer).text("MSA-1") for answer in found] == codes


@pytest.mark.parametrize(("mode", "code"), [("original", "AA"), ("enhanced", "CA")])
def test_a_feed_may_have_agreed_on_a_mode(mode, code):
    agreed = {"mode": mode}
    asked = header("AL") if mode == "original" else header()
    (answer,) = answers(asked, Outcome.STORED, NOW, ack=agreed)

    assert Message.read(answer).text("MSA-1") == code


def test_two_answers_have_control_ids_of_their_own():
    first, second = answers(header("AL", "AL"), Outcome.STORED, NOW)

    assert Message.read(first).text("MSH-10") != Message.read(second).text("MSH-10")


@pytest.mark.parametrize("raw", [b"", b"hello", b"MSH|", b"MSH||||"])
def test_what_has_no_header_is_rejected_all_the_same(raw):
    with pytest.raises(Unreadable) as refused:
        header_of(raw)
    read = Message.read(acknowledgement.unreadable(refused.value, NOW, "DB1"))

    assert read.text("MSA-1") == "AR"
    assert read.text("ERR-3") == "100"


def test_what_follows_the_header_is_no_reason_to_turn_a_message_away():
    assert header_of(b"MSH|^~\\&|A|B\rnot a segment").sender == "A|B"
    assert header_of(b"\x0b\nMSH|^~\\&|A|B\nPID|1").sender == "A|B"

"""Every fault that reading can name has its sentence, which a person at a desk understands."""

import ast

import pytest

from fhir.hl7 import faults
from fhir.hl7.faults import FAULTS, sentence
from portal import database

READERS = sorted((database.ROOT / "fhir" / "hl7").rglob("*.py"))


def raised() -> set[str]:
    """Return every fixed reason that our readers give for a message that cannot be read."""
    calls = [
        node
        for path in READERS
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Unreadable"
    ]
    reasons = [call.args[1] for call in calls]
    return {reason.value for reason in reasons if isinstance(reason, ast.Constant)}


def settled() -> set[str]:
    """Return every fixed reason with which the inbox settles a message."""
    read = ast.parse((database.ROOT / "fhir" / "hl7" / "inbox.py").read_text("utf-8"))
    strings = {
        node.value
        for call in ast.walk(read)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in {"_Settled", "Settled"}
        for node in [*call.args, *(word.value for word in call.keywords)]
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return {one for one in strings if " " in one}


def test_every_reason_has_its_words():
    found = raised() | settled()

    assert len(found) > 20
    assert found - set(FAULTS) == set()


@pytest.mark.parametrize(
    ("place", "error", "said"),
    [
        (
            "OBX[2]-5",
            "documents of this type are not taken",
            "OBX-5 of result 2, the value, holds a document of a type that is not taken.",
        ),
        (
            "OBX-11",
            "this is no status of a result",
            "OBX-11 of result 1, the result’s status, is not a status of a result.",
        ),
        (
            "OBX-5",
            "the document is no application/pdf",
            "OBX-5 of result 1, the value, holds a document that is no application/pdf.",
        ),
        ("PID-7", "there is no such date or time", "PID-7, the date of birth, is a date or time"),
        ("PID", "there is none", "PID is missing, and without it nothing can be read."),
        ("PID[2]", "the message is about two people", "PID of number 2 is a second person"),
        ("line 3", "this is not a segment", "Line 3 is not a segment."),
        ("PID", "it changes who the person is", "PID would change who the person is."),
        ("MSH-9", "such messages are not read", "MSH-9, the kind of message, is one that is not"),
        ("", "OperationalError", "Our own service failed (OperationalError). The sender is not"),
        ("", "it ended, again and again, whoever read it", "Our own service ended each time"),
        (
            "Bundle.entry[1].resource.subject",
            "what it says cannot be taken: required",
            "Entry 2, at subject, lacks something that must be there.",
        ),
        ("ZXY-4", "something new", "ZXY-4 cannot be read: something new."),
    ],
)
def test_the_sentence_names_the_field_and_what_is_wrong(place, error, said):
    assert sentence(place, error).startswith(said)


def test_where_nothing_is_wrong_nothing_is_said():
    assert sentence("", "") == ""


def test_every_code_of_refusal_makes_a_sentence():
    for code in [*faults._REFUSALS, "processing"]:
        said = sentence("Bundle.entry[0].resource", f"what it says cannot be taken: {code}")
        assert said.startswith("Entry 1 ")
        assert said.endswith(".")

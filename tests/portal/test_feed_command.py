"""``manage.py feed``: who may speak to us."""

import hashlib

import pytest
from django.core.management import CommandError, call_command

from fhir import feeds

pytestmark = pytest.mark.django_db


def feed(capsys, *words):
    call_command("feed", *words)
    return capsys.readouterr().out


def only():
    (found,) = feeds.known()
    return found


def test_a_new_feeds_token_is_the_last_word_and_is_kept_only_as_its_digest(capsys):
    out = feed(capsys, "add", "winpath", "--ods", "rmb")

    token = out.split()[-1]
    assert len(token) > 40
    assert bytes(only().token_digest) == hashlib.sha256(token.encode()).digest()
    assert (only().name, only().ods) == ("winpath", "RMB")


def test_what_is_agreed_about_its_messages_is_kept(capsys):
    feed(
        capsys,
        *("add", "winpath", "--ods", "RMB", "--sender", "WINPATH|RMB", "--processing", "t"),
        *("--charset", "8859/1", "--identifiers", "RMB=https://rmb.example/mrn"),
        *("--ack", "enhanced", "--empty-means", "delete", "--phone", "01632 960000"),
        *("--section", "RAD", "--filler-is-shared", "--certificate", "winpath.rmb"),
        *("--silence-minutes", "60"),
    )

    kept = only()
    assert (kept.sender, kept.processing, kept.charset) == ("WINPATH|RMB", "T", "8859/1")
    assert kept.identifiers == {"RMB": "https://rmb.example/mrn"}
    assert (kept.ack, kept.empty_means) == ({"mode": "enhanced"}, "delete")
    assert kept.reading == {"section": "RAD", "filler_is_shared": True}
    assert (kept.certificate, kept.phone, kept.silence_minutes) == (
        "winpath.rmb",
        "01632 960000",
        60,
    )


@pytest.mark.parametrize(
    "words",
    [
        ("add", "Win Path", "--ods", "RMB"),
        ("add", "-x", "--ods", "RMB"),
        ("add", "w" * 41, "--ods", "RMB"),
        ("add", "winpath", "--ods", "R*"),
        ("add", "winpath", "--ods", "RMB", "--sender", "WINPATH"),
        ("add", "winpath", "--ods", "RMB", "--processing", "X"),
        ("add", "winpath", "--ods", "RMB", "--empty-means", "perhaps"),
        ("add", "winpath", "--ods", "RMB", "--identifiers", "RMB"),
        ("add", "winpath", "--ods", "RMB", "--ack", "loudly"),
        ("add", "winpath"),
        ("revoke", "winpath"),
        (),
    ],
)
def test_what_is_not_sound_is_refused(words):
    with pytest.raises(CommandError):
        call_command("feed", *words)
    assert list(feeds.known()) == []


def test_a_name_and_a_sender_are_given_once(capsys):
    feed(capsys, "add", "winpath", "--ods", "RMB", "--sender", "WINPATH|RMB")

    for words in (("winpath",), ("other", "--sender", "WINPATH|RMB")):
        with pytest.raises(CommandError, match="taken"):
            call_command("feed", "add", *words, "--ods", "RMB")


def test_a_revoked_feed_stays_in_the_list_and_leaves_its_sender_to_another(capsys):
    feed(capsys, "add", "winpath", "--ods", "RMB", "--sender", "WINPATH|RMB")

    feed(capsys, "revoke", "winpath")

    assert "winpath\tRMB\trevoked" in feed(capsys, "list")
    assert "RMB\tlive" in feed(
        capsys, "add", "next", "--ods", "RMB", "--sender", "WINPATH|RMB"
    ) + feed(capsys, "list")
    with pytest.raises(CommandError):
        call_command("feed", "revoke", "winpath")

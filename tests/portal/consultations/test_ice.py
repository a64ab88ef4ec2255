"""What a browser is given to find a way: nothing in a demonstration, names that end elsewhere."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime

from portal.consultations import ice
from portal.consultations.models import Party

NOW = datetime(2026, 3, 31, 8, 20, tzinfo=UTC)


def test_a_demonstration_needs_no_server():
    assert ice.ways_for(Party(), NOW) == ice.Ways([], relay_only=False)
    assert ice.is_possible()


def test_names_at_a_relay_end_and_are_signed_as_coturn_reads_them(settings):
    settings.TURN_URLS = ["turns:turn.millbrook.example:443?transport=tcp"]
    settings.TURN_SECRET, settings.TURN_MINUTES = "between us", 120
    settings.STUN_URLS, settings.VIDEO_RELAY_ONLY = ["stun:stun.millbrook.example"], True
    party = Party()

    ways = ice.ways_for(party, NOW)

    stun, turn = ways.servers
    assert ways.relay_only
    assert stun == {"urls": ["stun:stun.millbrook.example"]}
    until, _, who = turn["username"].partition(":")
    assert int(until) == int(NOW.timestamp()) + 120 * 60
    assert who == str(party.key)
    signed = hmac.new(b"between us", turn["username"].encode(), hashlib.sha1).digest()
    assert base64.b64decode(turn["credential"]) == signed

"""How two browsers find a way to each other: STUN, and TURN with names that last for a while.

The names are those of coturn's REST scheme: a time and whoever asks, signed with the shared secret.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from portal.consultations.models import Party


@dataclass(frozen=True, slots=True)
class Ways:
    """What a browser is given as `RTCConfiguration`."""

    servers: list[dict[str, Any]]
    relay_only: bool


def is_possible() -> bool:
    """Whether a video call can be held at all; without a relay that is asked for it cannot."""
    return not settings.VIDEO_RELAY_ONLY or bool(settings.TURN_URLS)


def ways_for(party: Party, now: datetime) -> Ways:
    servers: list[dict[str, Any]] = []
    if settings.STUN_URLS:
        servers.append({"urls": settings.STUN_URLS})
    if settings.TURN_URLS:
        servers.append({"urls": settings.TURN_URLS, **_credentials(str(party.key), now)})
    return Ways(servers, settings.VIDEO_RELAY_ONLY)


def _credentials(who: str, now: datetime) -> dict[str, str]:
    until = now + timedelta(minutes=settings.TURN_MINUTES)
    name = f"{int(until.timestamp())}:{who}"
    # SHA-1 is what the scheme names; it signs for minutes, and nothing is kept by it.
    signed = hmac.new(settings.TURN_SECRET.encode(), name.encode(), hashlib.sha1).digest()
    return {"username": name, "credential": base64.b64encode(signed).decode()}

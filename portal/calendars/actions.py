"""A calendar's address is made, found and stopped; of each person for each patient one works."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from portal.calendars.models import CalendarAddress
from portal.identity.models import User

_BYTES: Final = 32
# That a calendar has asked is written down no more often than this.
_GRAIN: Final = timedelta(minutes=15)


def make(*, user: User, patient: str, now: datetime) -> str:
    """Make a new address, and return its secret part; one that there was before works no more."""
    token = secrets.token_urlsafe(_BYTES)
    with transaction.atomic():
        # Two windows at once: the second waits here, and then ends what the first has made.
        User.objects.select_for_update().get(pk=user.pk)
        stop(user=user, patient=patient, now=now)
        CalendarAddress.objects.create(
            user=user, patient=patient, digest=_digest(token), made_at=now
        )
    return token


def stop(*, user: User, patient: str, now: datetime) -> None:
    working = CalendarAddress.objects.filter(user=user, patient=patient, ended_at=None)
    working.update(ended_at=now)


def current(user: User, patient: str) -> CalendarAddress | None:
    return CalendarAddress.objects.filter(user=user, patient=patient, ended_at=None).first()


def found_by(token: str) -> CalendarAddress | None:
    """Return the address with this secret part, if it works."""
    found = CalendarAddress.objects.select_related("user").filter(digest=_digest(token))
    return found.filter(ended_at=None).first()


def was_read(address: CalendarAddress, now: datetime) -> None:
    if address.read_at is None or now - address.read_at >= _GRAIN:
        CalendarAddress.objects.filter(pk=address.pk).update(read_at=now)


def _digest(token: str) -> str:
    """Return what is kept of it: so long a secret of chance needs no salt."""
    return hashlib.sha256(token.encode()).hexdigest()

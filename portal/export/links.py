"""Links to parts of a record: made, opened with a passcode, ended; each at once for everybody.

What opens a link is kept nowhere: its code and passcode are shown to the patient once, and only
digests of them stay. The code travels after the # of an address, which no server is told.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from portal.export import mails
from portal.export.models import ShareLink
from portal.identity import codes
from portal.identity.models import User

TRIES = 5
LONGEST = timedelta(days=7)
DIGITS = 6
_CODE, _PASSCODE = "portal.export.links", "portal.export.links.passcode"


class CannotOpen(Exception):
    """No link has this code and this passcode, or it has ended."""


class Ended(CannotOpen):
    """The code is right, and the link opens no more."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a patient wants of a link: for whom, to which parts, for how long."""

    label: str
    chosen: Sequence[str]
    lasts: timedelta


@dataclass(frozen=True, slots=True)
class Made:
    """A new link with what opens it, to be shown once."""

    link: ShareLink
    code: str
    passcode: str

    @property
    def address(self) -> str:
        return f"{settings.BASE_URL}{reverse('shared:open')}#{self.code}"


def make(wish: Wish, *, user: User, patient: str, now: datetime) -> Made:
    code = codes.make()
    passcode = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    link = ShareLink.objects.create(
        user=user,
        patient=patient,
        label=wish.label,
        chosen=list(wish.chosen),
        digest=_digest(_CODE, code),
        passcode=_digest(_PASSCODE, code, passcode),
        made_at=now,
        expires_at=now + min(wish.lasts, LONGEST),
    )
    mails.tell(user, "link made", "share:links")
    return Made(link, code, passcode)


def open_with(*, code: str, passcode: str, now: datetime) -> ShareLink:
    """Return the link that these open; five wrong passcodes close it for good.

    :raises CannotOpen: they open none.
    """
    with transaction.atomic():
        found = ShareLink.objects.select_for_update().filter(digest=_digest(_CODE, code)).first()
        if found is None:
            raise CannotOpen
        if not stands(found, now):
            raise Ended
        if constant_time_compare(found.passcode, _digest(_PASSCODE, code, passcode)):
            ShareLink.objects.filter(pk=found.pk).update(
                opened_at=now, openings=F("openings") + 1, tries=0
            )
            return found
        _count_try(found, now)
    # What was counted stays: the refusal is told after it has been written.
    if found.locked_at:
        mails.tell(found.user, "link closed", "share:links")
        raise Ended
    raise CannotOpen


def revoke(link: ShareLink, now: datetime) -> None:
    ShareLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=now)


def stands(link: ShareLink, now: datetime) -> bool:
    return not link.revoked_at and not link.locked_at and now < link.expires_at


def _count_try(link: ShareLink, now: datetime) -> None:
    link.tries += 1
    link.locked_at = now if link.tries >= TRIES else None
    link.save(update_fields=["tries", "locked_at"])


def _digest(salt: str, *said: str) -> str:
    plain = "/".join("".join(mark for mark in one.upper() if mark.isalnum()) for one in said)
    return salted_hmac(salt, plain, algorithm="sha256").hexdigest()

"""What is due is said, once it is certain that it still holds.

Each notice is sent under its own lock, in a transaction of its own: one that dies on the way is
sent again under the same key, and two workers never send the same.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import connection

from fhir import changes
from fhir.access import SYSTEM
from fhir.paths import Json
from fhir.store import Criteria, Repository
from portal.identity.models import User
from portal.identity.sessions import linked_to
from portal.notices import helping, requests, rules
from portal.notices.actions import CHANGED
from portal.notices.channels import channels, message
from portal.notices.kinds import DAYS_BEFORE, OF_REQUESTS, OFF, TERMS, Kind
from portal.notices.models import Notice
from portal.notices.standing import Standing, standing_of

logger = logging.getLogger(__name__)

BATCH: Final = 100
# Until the relay has told of a change that has just been made.
_MOMENT: Final = timedelta(minutes=1)
_RETRIES: Final = tuple(timedelta(minutes=n) for n in (1, 5, 15, 60))


def send_due(now: datetime) -> int:
    """Settle all that is due, the longest due first; return how many were sent."""
    sent, tried = 0, [0]
    while due := _due(now, tried):
        tried += due
        sent += sum(_settled(key, now) == Notice.State.SENT for key in due)
    return sent


def _due(now: datetime, but: Sequence[int]) -> list[int]:
    records = Repository(SYSTEM)
    with records.transaction():
        waiting = Notice.objects.filter(state=Notice.State.WAITING, due_at__lte=now)
        keys = waiting.exclude(pk__in=but).order_by("due_at", "pk").values_list("pk", flat=True)
        return list(keys[:BATCH])


def _settled(key: int, now: datetime) -> str:
    """Send one notice, put it off, or drop it; return what has become of it."""
    records = Repository(SYSTEM)
    with records.transaction():
        waiting = Notice.objects.select_for_update(skip_locked=True).filter(
            pk=key, state=Notice.State.WAITING, due_at__lte=now
        )
        notice = waiting.first()
        if notice is None:
            return Notice.State.WAITING
        _settle(notice, records, now)
        notice.save(update_fields=["state", "due_at", "attempts", "settled_at", "why"])
        return notice.state


def _settle(notice: Notice, records: Repository, now: datetime) -> None:
    stands = None
    if notice.kind in OF_REQUESTS:
        why = requests.why_not(notice, records, now)
    else:
        stands = _stands(notice, records)
        why = _why_not(notice, stands, now)
    if why:
        _lapse(notice, now, why)
    elif stands is not None and stands.version != notice.version:
        notice.due_at = now + _MOMENT
    elif not TERMS[Kind(notice.kind)].is_at_once and rules.is_quiet(now):
        notice.due_at = rules.out_of_quiet(now)
    elif changes.is_held(notice.patient):
        notice.due_at = now + _RETRIES[-1]
    else:
        _say(notice, records, now)


def _stands(notice: Notice, records: Repository) -> Standing | None:
    wanted = Criteria("Appointment", [notice.patient], ids=[notice.subject], count=1)
    found = records.search(wanted)[0]
    return standing_of(found[0]) if found else None


def _why_not(notice: Notice, stands: Standing | None, now: datetime) -> str:
    """Return why it would not be true any more, or nothing."""
    kind = Kind(notice.kind)
    if stands is None or stands.starts_at != notice.starts_at or stands.starts_at is None:
        return CHANGED
    if stands.is_booked == (kind in OFF) or (kind == Kind.SOON and not stands.is_video):
        return CHANGED
    if stands.starts_at <= now:
        return "it is over"
    days = rules.days_ahead(stands.starts_at, now)
    return "it is late" if days != DAYS_BEFORE.get(kind, days) else ""


def _say(notice: Notice, records: Repository, now: datetime) -> None:
    kind, channel = Kind(notice.kind), channels().get(notice.channel)
    user = helping.reader(notice, now) if notice.sharing else linked_to(notice.patient)
    if why := _why_nobody(user, records, notice):
        _end(notice, Notice.State.DROPPED, now, why)
    elif user is None or channel is None:
        _end(notice, Notice.State.DROPPED, now, "there is no way")
    elif not TERMS[kind].is_essential and not channel.wants(user, kind):
        _end(notice, Notice.State.DROPPED, now, "it is switched off")
    else:
        try:
            key = f"notice-{notice.pk}"
            channel.send(user, message(kind, key, helps=bool(notice.sharing)))
        except Exception as fault:
            if not connection.is_usable():
                raise
            _put_off(notice, now, type(fault).__name__)
        else:
            _end(notice, Notice.State.SENT, now)


def _why_nobody(user: User | None, records: Repository, notice: Notice) -> str:
    if user is None or not user.is_active:
        return "they may not see it" if notice.sharing else "nobody has a login"
    found = records.search(Criteria("Patient", [notice.patient], count=1))[0]
    return "they have died" if any(_has_died(one.json) for one in found) else ""


def _has_died(patient: Json) -> bool:
    return bool(patient.get("deceasedDateTime") or patient.get("deceasedBoolean"))


def _put_off(notice: Notice, now: datetime, fault: str) -> None:
    """Try again later, for as long as it is true."""
    notice.due_at = now + _RETRIES[min(notice.attempts, len(_RETRIES) - 1)]
    notice.attempts += 1
    notice.why = fault
    logger.warning("a notice could not be sent: %s", fault)


def _lapse(notice: Notice, now: datetime, why: str) -> None:
    """End what is not true any more; that it was tried in vain is somebody's to look at."""
    if notice.attempts:
        logger.error("a notice could not be sent in time: %s", notice.why)
        _end(notice, Notice.State.FAILED, now, notice.why)
    else:
        _end(notice, Notice.State.DROPPED, now, why)


def _end(notice: Notice, state: Notice.State, now: datetime, why: str = "") -> None:
    notice.state, notice.settled_at, notice.why = state, now, why

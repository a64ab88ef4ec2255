"""The feeds of the hospital, known before they speak."""

from typing import Final

from fhir import feeds
from fhir.feeds import Terms
from portal.simulator.hospital import ODS, RECORDS, SENDERS, Sender

_PHONE: Final = "01632 960400"


def connect() -> str:
    """Admit every system that is missing, and return the token of the patient record.

    :raises CannotAdd: the record was admitted before; its token was shown then, once.
    """
    live = {feed.name for feed in feeds.known() if feed.revoked_at is None}
    for sender in SENDERS:
        if sender.feed not in live:
            feeds.add(_terms(sender))
    return feeds.add(Terms(RECORDS, ODS, phone=_PHONE))


def _terms(sender: Sender) -> Terms:
    return Terms(
        sender.feed,
        ODS,
        sender=sender.header,
        reading={"interpreter": sender.interpreter} if sender.interpreter else {},
        phone=_PHONE,
        silence_minutes=sender.silence_minutes,
    )

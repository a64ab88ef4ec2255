"""What somebody has told us that they need, and whether it is time to ask if it is still so."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from portal.identity.middleware import IdentifiedRequest
from portal.needs import flags
from portal.needs.flags import Need
from portal.needs.rules import is_due
from portal.record.dates import local
from portal.record.sections import may_hold


@dataclass(frozen=True, slots=True)
class Review:
    """What stands, in words and as `stamp`; nobody has said of all of it since that it holds."""

    standing: list[str]
    stamp: str
    reviewed_on: date | None
    is_due: bool


def review(needs: Iterable[Need], now: datetime) -> Review:
    """Return what of these somebody has told us themselves."""
    stated = [one for one in needs if one.key]
    since = flags.reviewed_on(stated)
    words = [one.words for one in stated]
    return Review(words, flags.stamp(stated), since, is_due(since, local(now).date()))


def review_of(request: IdentifiedRequest, now: datetime) -> Review | None:
    """Return it of the person in view, or None where the viewer may not answer."""
    if not (may_hold(request.viewer, "Flag") and may_hold(request.viewer, "Appointment")):
        return None
    return review(flags.standing_of(request.records, request.patient), now)

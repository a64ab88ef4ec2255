"""Whether it is time to ask somebody if what they need is still so."""

from datetime import datetime
from typing import Any

from portal.identity.middleware import IdentifiedRequest
from portal.needs import flags
from portal.needs.rules import is_due
from portal.record.dates import local
from portal.record.sections import may_hold


def due_of(request: IdentifiedRequest, now: datetime) -> dict[str, Any]:
    """Return what a page needs to ask it; of whoever may not answer, nothing."""
    if not (may_hold(request.viewer, "Flag") and may_hold(request.viewer, "Appointment")):
        return {"is_due": False}
    standing = flags.standing_of(request.records, request.patient)
    reviewed_on = flags.reviewed_on(standing)
    return {
        "is_due": is_due(reviewed_on, local(now).date()),
        "standing": [one.words for one in standing],
        "stamp": flags.stamp(standing),
        "reviewed_on": reviewed_on,
    }

"""Each feature keeps its own models; Django looks for them here."""

from portal.carers.models import Sharing
from portal.emergency.models import EmergencyAccess
from portal.export.models import Export, ShareLink
from portal.identity.models import ActivationCode, Link, SessionLimit, Tie, User
from portal.record.models import Opened, SectionSeen
from portal.results.models import DueRelease

__all__ = [
    "ActivationCode",
    "DueRelease",
    "EmergencyAccess",
    "Export",
    "Link",
    "Opened",
    "SectionSeen",
    "SessionLimit",
    "ShareLink",
    "Sharing",
    "Tie",
    "User",
]

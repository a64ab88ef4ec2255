"""Each feature keeps its own models; Django looks for them here."""

from portal.identity.models import ActivationCode, Link, SessionLimit, Tie, User
from portal.record.models import Opened, SectionSeen

__all__ = ["ActivationCode", "Link", "Opened", "SectionSeen", "SessionLimit", "Tie", "User"]

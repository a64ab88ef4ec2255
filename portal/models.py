"""Each feature keeps its own models; Django looks for them here."""

from portal.identity.models import ActivationCode, Link, SessionLimit, Tie, User

__all__ = ["ActivationCode", "Link", "SessionLimit", "Tie", "User"]

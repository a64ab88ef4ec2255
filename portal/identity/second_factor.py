"""Wrong codes are counted, and too many lock the account for a while; a right one works once."""

from datetime import datetime

from allauth.mfa import app_settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import F
from django.utils.crypto import salted_hmac

from portal.identity import rules, sessions
from portal.identity.models import User

# A code of an app is taken a step before and after its own; allauth remembers it for one alone.
CODE_LIVES = app_settings.TOTP_PERIOD * (1 + 2 * app_settings.TOTP_TOLERANCE)


def locked_until(user: User, now: datetime) -> datetime | None:
    until = user.locked_until
    return until if until and now < until else None


def use_up(user: User, code: str) -> bool:
    """Return whether this right code is used for the first time."""
    used = salted_hmac("portal.identity.second_factor", f"{user.pk}.{code}").hexdigest()
    return cache.add(f"second-factor.{used}", "", timeout=CODE_LIVES)


def count_failure(user: User, now: datetime) -> datetime | None:
    """Count one wrong code; return until when the account is locked, if this was one too many."""
    with transaction.atomic():
        mine = User.objects.select_for_update().filter(pk=user.pk)
        mine.update(second_factor_failures=F("second_factor_failures") + 1)
        user.refresh_from_db(fields=["second_factor_failures"])
        if user.second_factor_failures < rules.SECOND_FACTOR_TRIES:
            return None
        user.locked_until = now + rules.SECOND_FACTOR_LOCK
        mine.update(second_factor_failures=0, locked_until=user.locked_until)
        sessions.end_all(user)
    return user.locked_until


def forget_failures(user: User) -> None:
    User.objects.filter(pk=user.pk, second_factor_failures__gt=0).update(second_factor_failures=0)

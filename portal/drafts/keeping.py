"""Nothing that is typed is lost: saved while typing, given back on the same form, gone when sent.

A form carries a sealed token that names it, for one login; nobody can save under a name of their
own, nor read what another has typed. A save that was on its way while the form was sent is older
than the sending, and is passed over.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet

from portal.ciphers import ciphers
from portal.drafts.models import Draft
from portal.drafts.rules import FORMS, KEPT, MOST
from portal.identity.models import User
from portal.live import cursors
from portal.record import dates

_PURPOSE = "drafts"


class NotKept(Exception):
    """It cannot be kept: the token is not this login's, or it is too long."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What a form's page needs to show it again, and to save what comes."""

    token: str
    said: str = ""
    words: Mapping[str, str] = field(default_factory=dict)


def kept(user: User, form: str, about: str, now: datetime) -> Kept:
    """Return what `user` had typed into this form, if anything, and the token to save under."""
    token = cursors.seal(json.dumps([form, about, now.isoformat()]), str(user.pk), _PURPOSE)
    row = _of(user).filter(form=form, about=about).exclude(words="").first()
    if row is None or row.saved_at < now - KEPT:
        return Kept(token)
    return Kept(token, said(row.saved_at, now), _opened(row.words))


def keep(user: User, form: str, about: str, typed: Mapping[str, str], now: datetime) -> Kept:
    """Keep what came with a form that is shown again, script or none; too much is passed over."""
    if words := _words(form, typed):
        _put(user, form, about, _sealed(words), now)
    return kept(user, form, about, now)


def save(user: User, token: str, typed: Mapping[str, str], now: datetime) -> str:
    """Keep what is typed, in place of what was; return what to say of it.

    :raises NotKept: nothing is kept.
    """
    form, about, shown_at = _named(user, token)
    words = _words(form, typed)
    if words is None:
        raise NotKept
    row = _of(user).filter(form=form, about=about).first()
    if row and not row.words and shown_at <= row.saved_at:
        return ""
    if not words:
        _of(user).filter(form=form, about=about).delete()
        return ""
    _put(user, form, about, _sealed(words), now)
    return said(now, now)


def discard(user: User, form: str, about: str, now: datetime) -> None:
    """Forget what was typed: it has been sent."""
    _put(user, form, about, "", now)


def is_kept_for(user: User, now: datetime) -> bool:
    """Whether anything waits for `user` to come back."""
    return _of(user).filter(saved_at__gte=now - KEPT).exclude(words="").exists()


def purge(now: datetime) -> int:
    """Delete what nobody came back for; return how many."""
    return Draft.objects.filter(saved_at__lt=now - KEPT).delete()[0]


def said(saved_at: datetime, now: datetime) -> str:
    today = dates.local(saved_at).date() == dates.local(now).date()
    when = dates.clock(saved_at) if today else dates.moment(saved_at)
    return f"Draft saved {'at' if today else 'on'} {when}"


def _of(user: User) -> QuerySet[Draft]:
    return Draft.objects.filter(user=user)


def _put(user: User, form: str, about: str, words: str, now: datetime) -> None:
    Draft.objects.update_or_create(
        user=user, form=form, about=about, defaults={"words": words, "saved_at": now}
    )


def _words(form: str, typed: Mapping[str, str]) -> dict[str, str] | None:
    """Return what is typed into the fields that are kept; None if it is too much."""
    words = {name: typed[name] for name in FORMS[form] if typed.get(name, "").strip()}
    return None if any(len(text) > MOST for text in words.values()) else words


def _named(user: User, token: str) -> tuple[str, str, datetime]:
    opened = cursors.unseal(token, str(user.pk), _PURPOSE)
    if opened is None:
        raise NotKept
    form, about, shown_at = json.loads(opened)
    return form, about, datetime.fromisoformat(shown_at)


def _sealed(words: Mapping[str, str]) -> str:
    return ciphers(_PURPOSE).encrypt(json.dumps(words).encode()).decode()


def _opened(words: str) -> dict[str, str]:
    found: dict[str, str] = json.loads(ciphers(_PURPOSE).decrypt(words.encode()))
    return found

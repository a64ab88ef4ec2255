"""Hospital systems that may speak to us: each is known before it speaks (decisions 28)."""

import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet

from fhir.models import Feed
from fhir.moments import now

# A name stands in references ("Device/winpath"), addresses and logs.
_NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9\-]{0,38}[a-z0-9])?")
_ODS: Final = re.compile(r"[A-Z0-9]{3,10}")


class CannotAdd(ValueError):
    """The feed cannot be added; the message says why."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What is agreed with a feed; the rest than name and ODS code concerns HL7 v2 alone."""

    name: str
    ods: str
    sender: str | None = None
    processing: str = "P"
    charset: str = ""
    identifiers: Mapping[str, str] = field(default_factory=dict)
    ack: Mapping[str, str] = field(default_factory=dict)
    empty_means: str = "keep"
    # As the settings of `fhir.hl7.feeds` are called, where they differ from what is usual.
    reading: Mapping[str, str | bool] = field(default_factory=dict)
    certificate: str = ""
    phone: str = ""
    silence_minutes: int = 24 * 60


def add(terms: Terms) -> str:
    """Add a feed and return its token, which is kept nowhere.

    :raises CannotAdd: the terms are not sound, or the name or the sender is taken.
    """
    _require_sound(terms)
    token = secrets.token_urlsafe(32)
    try:
        with transaction.atomic():
            _feeds().create(
                name=terms.name,
                ods=terms.ods,
                token_digest=hashlib.sha256(token.encode()).digest(),
                sender=terms.sender,
                processing=terms.processing,
                charset=terms.charset,
                identifiers=dict(terms.identifiers),
                ack=dict(terms.ack),
                empty_means=terms.empty_means,
                reading=dict(terms.reading),
                certificate=terms.certificate,
                phone=terms.phone,
                silence_minutes=terms.silence_minutes,
            )
    except IntegrityError:
        raise CannotAdd(f"the name {terms.name} or its sender is taken") from None
    return token


def ensure(name: str, ods: str) -> None:
    """Make a feed that only our own commands speak for, unless it is there; it has no token.

    :raises CannotAdd: the name is not sound, or the feed has been revoked.
    """
    _require_sound(Terms(name, ods))
    feed, _ = _feeds().get_or_create(name=name, defaults={"ods": ods})
    if feed.revoked_at is not None:
        raise CannotAdd(f"the feed {name} has been revoked")


def by_token(token: str) -> tuple[str, str] | None:
    """Return the name and ODS code of the feed that holds this token, if it may still speak."""
    digest = hashlib.sha256(token.encode()).digest()
    found = _feeds().filter(token_digest=digest, revoked_at=None).values_list("name", "ods")
    return found.first()


def known() -> Iterable[Feed]:
    """Return every feed, those revoked too."""
    return _feeds().order_by("name")


def revoke(name: str) -> bool:
    """Let a feed speak no more and return whether there was one; what it sent stays its own."""
    live = _feeds().filter(name=name, revoked_at=None)
    return bool(live.update(revoked_at=now(), token_digest=None))


def heard(name: str) -> None:
    """Note that a feed has spoken; at most every ten seconds, so that writers do not queue."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE portal_fhir_feed SET last_used_at = daybook_now() WHERE name = %s AND"
            " (last_used_at IS NULL OR last_used_at < daybook_now() - interval '10 seconds')",
            [name],
        )


def _feeds() -> QuerySet[Feed]:
    return QuerySet(Feed)


def _require_sound(terms: Terms) -> None:
    if not _NAME.fullmatch(terms.name):
        raise CannotAdd("a name is made of up to 40 small letters, digits and hyphens")
    if not _ODS.fullmatch(terms.ods):
        raise CannotAdd("an ODS code is made of 3 to 10 capital letters and digits")
    if terms.sender is not None and not re.fullmatch(r"[^|]*\|[^|]*", terms.sender):
        raise CannotAdd('a sender is written "APPLICATION|FACILITY"')
    if terms.processing not in {"P", "T", "D"}:
        raise CannotAdd("processing is P (production), T (test) or D (debugging)")
    if terms.empty_means not in {"keep", "delete"}:
        raise CannotAdd("an empty field means keep or delete")

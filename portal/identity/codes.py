"""Activation codes as people read and type them, and as they are kept: by digest alone."""

import secrets

from django.conf import settings
from django.utils.crypto import salted_hmac

# Without letters and figures that are taken for one another: 0 and O, 1, I and L.
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
BLOCKS = 3
BLOCK = 4
_SALT = "portal.identity.codes"


def make() -> str:
    """Return a new code, such as "7KQ4-M2XD-9PHT"; 31 to the power of 12 are possible."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(BLOCK)) for _ in range(BLOCKS))


def digest(typed: str) -> str:
    return _digest(typed, settings.SECRET_KEY)


def digests(typed: str) -> list[str]:
    """Return the digests that a code may be kept under while the secret key is being changed."""
    return [_digest(typed, key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]


def _digest(typed: str, key: str) -> str:
    return salted_hmac(_SALT, _plain(typed), secret=key, algorithm="sha256").hexdigest()


def _plain(typed: str) -> str:
    """Return the code without what people put between and around its blocks.

    >>> _plain(" 7kq4 m2xd–9pht ")
    '7KQ4M2XD9PHT'
    """
    return "".join(mark for mark in typed.upper() if mark.isalnum())

"""A page's place in the log, as the browser carries it: opaque, and the same for the same place.

Encrypted deterministically, so that two pages of one moment compare equal, and bound to the
patient, so that a cursor says nothing about anybody and works for nobody else.
"""

import base64
import binascii
import hashlib
from functools import cache, lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.conf import settings

from fhir.changes import Head


@lru_cache(maxsize=1_000)  # the pages of one patient are told of the same place one after another
def encode(head: Head, patient: str) -> str:
    """Return the cursor of a place in the log of `patient`."""
    return seal(f"{head.epoch}.{head.seq:020}", patient)


def decode(cursor: str, patient: str) -> Head | None:
    """Return the place, or None if this is no cursor of ours for this patient."""
    opened = unseal(cursor, patient)
    if opened is None:
        return None
    epoch, _, seq = opened.partition(".")
    return Head(epoch, int(seq))


def seal(text: str, *bound: str) -> str:
    """Return a text as an address may carry it, bound to a patient and to what it is used for."""
    sealed = _cipher().encrypt(text.encode(), [one.encode() for one in bound])
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def unseal(sealed: str, *bound: str) -> str | None:
    """Return what was sealed, or None if it was not sealed here for this."""
    try:
        packed = base64.urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
        return _cipher().decrypt(packed, [one.encode() for one in bound]).decode()
    except (InvalidTag, ValueError, binascii.Error):
        return None


@cache
def _cipher() -> AESSIV:
    return AESSIV(hashlib.sha512(b"live cursor" + settings.SECRET_KEY.encode()).digest())

"""A page's place in the log, as the browser carries it: opaque, and the same for the same place.

Encrypted deterministically, so that two pages of one moment compare equal, and bound to the
patient, so that a cursor says nothing about anybody and works for nobody else.
"""

import base64
import binascii
import hashlib
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.conf import settings

from fhir.changes import Head


def encode(head: Head, patient: str) -> str:
    """Return the cursor of a place in the log of `patient`."""
    sealed = _cipher().encrypt(f"{head.epoch}.{head.seq:020}".encode(), [patient.encode()])
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def decode(cursor: str, patient: str) -> Head | None:
    """Return the place, or None if this is no cursor of ours for this patient."""
    try:
        sealed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        epoch, _, seq = _cipher().decrypt(sealed, [patient.encode()]).decode().partition(".")
    except (InvalidTag, ValueError, binascii.Error):
        return None
    return Head(epoch, int(seq))


@cache
def _cipher() -> AESSIV:
    return AESSIV(hashlib.sha512(b"live cursor" + settings.SECRET_KEY.encode()).digest())

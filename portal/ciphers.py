"""What the database keeps encrypted: with the secret key, and readable by an earlier one."""

import base64
import hashlib

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def ciphers(purpose: str) -> MultiFernet:
    """Return what encrypts for one purpose: what is kept for one opens nothing of another."""
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([Fernet(_key(purpose, secret)) for secret in keys])


def _key(purpose: str, secret: str) -> bytes:
    digest = hashlib.sha256(f"{purpose}:{secret}".encode()).digest()
    return base64.urlsafe_b64encode(digest)

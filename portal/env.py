"""Reading the environment: typed, with a clear word when a value cannot be what it should be.

``NAME_FILE`` may name a file that holds the value of ``NAME``, as container secrets do.
"""

import os
from pathlib import Path
from urllib.parse import urlsplit

YES = frozenset({"1", "true", "yes", "on"})
NO = frozenset({"0", "false", "no", "off"})


class BadSetting(ValueError):
    """The environment holds a value that cannot be used."""


def text(name: str, default: str = "") -> str:
    return _given(name) or default


def flag(name: str, *, default: bool = False) -> bool:
    given = _given(name).lower()
    if not given:
        return default
    if given not in YES | NO:
        raise BadSetting(f"{name} must be yes or no, not {given!r}.")
    return given in YES


def number(name: str, default: int) -> int:
    given = _given(name)
    try:
        return int(given) if given else default
    except ValueError:
        raise BadSetting(f"{name} must be a whole number, not {given!r}.") from None


def words(name: str, default: str = "") -> list[str]:
    return text(name, default).replace(",", " ").split()


def secret(name: str, default: str = "") -> str:
    """Return the value of ``name``, or the content of the file that ``name_FILE`` names."""
    path = _given(f"{name}_FILE")
    if not path:
        return text(name, default)
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as failure:
        raise BadSetting(f"{name}_FILE: cannot read {path}: {failure.strerror}.") from None


def address(name: str, default: str = "") -> str:
    """Return an http(s) address without its last slash."""
    given = text(name, default)
    parts = urlsplit(given)
    if given and (parts.scheme not in {"http", "https"} or not parts.hostname):
        raise BadSetting(f"{name} must be a web address such as https://…, not {given!r}.")
    return given.rstrip("/")


def _given(name: str) -> str:
    return os.environ.get(name, "").strip()

"""Families of HL7 v2 messages, one module each; a module's `KINDS` are the messages it reads."""

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from typing import Protocol, cast

from fhir.hl7.feeds import FeedSettings
from fhir.hl7.mapping import Mapped, NotMapped
from fhir.hl7.message import Message
from fhir.paths import Json


class Family(Protocol):
    """What each module of this package offers."""

    KINDS: frozenset[tuple[str, str]]
    # Those that may make a person known here for the first time (decisions 30).
    INTRODUCES: frozenset[tuple[str, str]]

    def mapped(self, message: Message, feed: FeedSettings) -> Mapped: ...


def mapped(message: Message, feed: FeedSettings) -> Mapped:
    """Return what the message says, as FHIR.

    :raises NotMapped: no family reads such messages.
    :raises Unreadable: a place in it cannot be understood.
    """
    return _family(message.kind).mapped(message, feed)


def to_bundle(message: Message, feed: FeedSettings) -> Json:
    """Return the transaction bundle alone; see `mapped`."""
    return mapped(message, feed).bundle


def introduces(kind: tuple[str, str]) -> bool:
    """Whether such a message may be the first to name a person."""
    return kind in _family(kind).INTRODUCES


def _family(kind: tuple[str, str]) -> Family:
    found = next((family for family in families() if kind in family.KINDS), None)
    if found is None:
        raise NotMapped(kind)
    return found


@cache
def families() -> tuple[Family, ...]:
    return tuple(_found())


def _found() -> Iterator[Family]:
    for module in pkgutil.iter_modules(__path__):
        yield cast("Family", importlib.import_module(f"{__name__}.{module.name}"))

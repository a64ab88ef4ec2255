"""What the store gives back: resources, what lists show of them, what is shown no more."""

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import orjson

from fhir.labels import Label, security_coding
from fhir.paths import Json
from fhir.raw import NotJson, parse
from fhir.splice import with_security, without_demographics


class Unreadable(Exception):
    """What is kept of a resource is not a JSON object any more."""

    def __init__(self, resource_type: str, logical_id: str, patient: str) -> None:
        super().__init__(f"{resource_type}/{logical_id}")
        self.resource_type = resource_type
        self.id = logical_id
        self.patient = patient


@dataclass(frozen=True)
class Stored:
    """A resource as this viewer may read it; `text` is what was sent, with id and meta put in."""

    resource_type: str
    id: str
    version: int
    patient: str
    labels: int
    updated_at: datetime
    text: str
    # The place in a list, for the search that goes on from here; only searches know it.
    key: tuple[datetime | None, int] = (None, 0)
    # And in a merged list, its rank.
    rank: int = 0

    @cached_property
    def json(self) -> Json:
        """The text parsed, once; a decimal remembers how it was written (`fhir.raw`)."""
        return parse(self.text).resource


@dataclass(frozen=True, slots=True)
class Summary:
    """What a list shows of a resource: facts kept when it was written; no text is read."""

    resource_type: str
    id: str
    version: int
    patient: str
    labels: int
    at: datetime | None
    at_text: str
    updated_at: datetime
    number: int
    facts: Json

    @property
    def key(self) -> tuple[datetime | None, int]:
        """The place in a list, for the search that goes on from here."""
        return self.at, self.number


@dataclass(frozen=True, slots=True)
class Retraction:
    """A resource that this viewer had been shown and is not any more (decisions 23).

    `facts` holds the title alone, and only while it is being corrected; a removed one has none.
    """

    kind: str
    at: datetime
    resource_type: str
    id: str
    facts: Json
    at_text: str


STORED = "r.resource_type, r.logical_id, r.version, r.patient, r.labels, r.updated_at, r.text"
_COLUMNS = len(STORED.split(","))
_COLUMNS_WITH_KEY = _COLUMNS + 2
# As a list reads it: of a long resource, a copy without its long texts and files.
LISTED = STORED.replace("r.text", "coalesce(r.light, r.text)")
SUMMARY = (
    "r.resource_type, r.logical_id, r.version, r.patient, r.labels, r.at, r.at_text,"
    " r.updated_at, r.number, r.summary"
)


def stored(row: tuple[Any, ...]) -> Stored:
    """Make a resource of a row of STORED, with our own labels said and hidden parts left out.

    :raises Unreadable: its text is no JSON.
    """
    resource_type, logical_id, version, patient, labels, updated_at, text = row[:7]
    if not _is_object(text):
        raise Unreadable(resource_type, logical_id, patient)
    if labels & Label.NOPAT:
        text = with_security(text, security_coding(Label.NOPAT))
    if labels & Label.DEMOGRAPHICS:
        text = without_demographics(text)
    key = (row[7], row[8]) if len(row) > _COLUMNS else (None, 0)
    rank = row[-1] if len(row) > _COLUMNS_WITH_KEY else 0
    return Stored(resource_type, logical_id, version, patient, labels, updated_at, text, key, rank)


def summary(row: tuple[Any, ...]) -> Summary:
    """Make a summary of a row of SUMMARY.

    :raises Unreadable: its facts are no JSON.
    """
    if not _is_object(row[9]):
        raise Unreadable(row[0], row[1], row[3])
    columns: list[Any] = [*row[:9], json.loads(row[9])]
    return Summary(*columns)


def retraction(row: tuple[Any, ...]) -> Retraction:
    """Make a retraction; of a removed resource nothing is told but when (decisions 23)."""
    kind, at, resource_type, logical_id, facts, at_text = row
    if kind == "removed":
        return Retraction(kind, at, resource_type, logical_id, {}, "")
    title = {name: value for name, value in json.loads(facts).items() if name == "title"}
    return Retraction(kind, at, resource_type, logical_id, title, at_text)


def _is_object(text: str) -> bool:
    """Whether it is what was kept; the quick parser refuses some of what the exact one reads."""
    with suppress(orjson.JSONDecodeError):
        return isinstance(orjson.loads(text), dict)
    try:
        parse(text)
    except NotJson:
        return False
    return True

"""What an entry says, gathered for a reader who looks for what people must never be shown."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from fhir.raw import dump
from fhir.store import Stored
from portal import database
from portal.record.entry import Entry, present

EXAMPLES = sorted((database.ROOT / "tests/examples/fhir").glob("*.json"))
_NOT_FOR_PEOPLE = re.compile(r"\b(?:None|null|undefined|nan)\b|urn:|\{")


def entry_of(resource: dict[str, Any], labels: int = 0, names: dict[str, str] | None = None):
    at = datetime(2026, 3, 10, tzinfo=UTC)
    text = dump(resource)
    return present(Stored(resource["resourceType"], "x", 1, "p", labels, at, text), names or {})


def example(resource_type: str, **more: Any) -> dict[str, Any]:
    """Return the example of a type, changed."""
    path = database.ROOT / "tests/examples/fhir" / f"{resource_type}.json"
    return json.loads(path.read_text("utf-8")) | more


def words_of(entry: Entry) -> Iterator[tuple[str, str]]:
    """Yield all that is said, each with where it stands."""
    yield "heading", entry.heading()
    yield "untitled", entry.untitled
    yield from _unless_empty("when", entry.when())
    yield from _unless_empty("group", entry.group())
    yield from _unless_empty("note", entry.note())
    if status := entry.status():
        yield "status", status.word
        yield from _unless_empty("meaning", status.meaning)
    yield from entry.rows()
    for heading, lines in entry.texts():
        yield from ((heading, line) for line in lines)
    for file in entry.attachments():
        yield "file", file.title


def faults_of(resource: dict[str, Any]) -> list[str]:
    """Return what is wrong with how a resource is put in words."""
    entry = entry_of(resource)
    sent = set(_leaves(resource))
    faults = [f"heading: {entry.heading()}"] if not is_a_name(entry.heading(), resource) else []
    for label, text in [*words_of(entry), *entry.code_rows()]:
        if not label.strip() or not text.strip():
            faults.append(f"blank: {label}: {text}")
        if _NOT_FOR_PEOPLE.search(f"{label} {text}") and text not in sent:
            faults.append(f"{label}: {text}")
    return faults


def is_a_name(heading: str, resource: dict[str, Any]) -> bool:
    codes = set(_codes(resource))
    has_letters = bool(re.search(r"[^\W\d_]{2}", heading))
    is_code = heading in codes and " " not in heading
    return has_letters and not is_code and heading != resource["resourceType"]


def _unless_empty(label: str, text: str) -> Iterator[tuple[str, str]]:
    if text:
        yield label, text


def _leaves(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for inner in value.values():
                yield from _leaves(inner)
        case list():
            for inner in value:
                yield from _leaves(inner)


def _codes(value: Any) -> Iterator[str]:
    match value:
        case dict():
            if isinstance(value.get("code"), str):
                yield value["code"]
            for inner in value.values():
                yield from _codes(inner)
        case list():
            for inner in value:
                yield from _codes(inner)

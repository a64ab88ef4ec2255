"""Put an id and meta into a resource's text, and leave every other character as it came."""

import json
import re
from datetime import UTC, datetime

from fhir.paths import Json
from fhir.raw import dump, parse

_SPACE = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()
_OURS = ("resourceType", "id", "meta")


def body_of(text: str, resource: Json) -> str:
    """Return the members of the resource's text other than resourceType, id and meta.

    `resource` is the same text parsed: it says how many of the three are there to be found.
    """
    left = sum(name in resource for name in _OURS)
    parts: list[str] = []
    at = _after_space(text, text.index("{") + 1)
    while left and text[at] != "}":
        start = at
        name, at = _DECODER.raw_decode(text, at)
        at = _after_space(text, _after_space(text, at) + 1)
        _, at = _DECODER.raw_decode(text, at)
        end = at
        at = _after_space(text, at)
        if text[at] == ",":
            at = _after_space(text, at + 1)
        if name in _OURS:
            left -= 1
        else:
            parts.append(text[start:end])
    rest = text[at : text.rindex("}")].rstrip()
    if rest:
        parts.append(rest)
    return ",".join(parts)


def spliced(body: str, resource: Json, logical_id: str, version: int, at: datetime) -> str:
    """Return the text to keep: our id and version, the sender's other meta, the body as it came."""
    meta = {name: value for name, value in resource.get("meta", {}).items() if name not in _STAMPS}
    meta = {"versionId": str(version), "lastUpdated": instant(at), **meta}
    head = {"resourceType": resource["resourceType"], "id": logical_id, "meta": meta}
    return _joined(head, body)


def with_security(text: str, coding: Json) -> str:
    """Return stored text with one more security label in its meta."""
    resource = json.loads(text)
    meta = resource["meta"]
    meta = {**meta, "security": [*meta.get("security", []), coding]}
    head = {"resourceType": resource["resourceType"], "id": resource["id"], "meta": meta}
    return _joined(head, body_of(text, resource))


def without_demographics(text: str) -> str:
    """Return a Patient's stored text without what tells where to find the person (decisions 24)."""
    patient = parse(text).resource
    return dump(
        {name: value for name, value in patient.items() if name.lstrip("_") not in _WHEREABOUTS}
    )


def instant(at: datetime) -> str:
    """Return a FHIR instant in UTC, to the millisecond."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


_STAMPS = frozenset({"versionId", "lastUpdated"})
_WHEREABOUTS = frozenset({"address", "telecom", "contact", "generalPractitioner"})


def _joined(head: Json, body: str) -> str:
    opening = json.dumps(head, ensure_ascii=False, separators=(",", ":"))
    return f"{opening[:-1]},{body}}}" if body else opening


def _after_space(text: str, at: int) -> int:
    matched = _SPACE.match(text, at)
    return matched.end() if matched else at

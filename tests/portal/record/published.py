"""Records that others have published, as they go in here.

What names a patient whom its publisher left out gets a stub of one; what must be somebody's and
names nobody is given to a stub of its own.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection

from fhir.access import SYSTEM
from fhir.compartment import OWNERS, OfTwo, Unowned, patient_of
from fhir.elements import may_refer
from fhir.labels import SHARED_TYPES
from fhir.raw import dump, parse
from fhir.rest.capability import is_stored
from fhir.scope import scoped
from fhir.store import Stored
from fhir.stored import stored
from portal import loading
from tests import samples

EXAMPLES = {"uk-core-examples-r4": "json/**/*.json", "hl7-r4-examples": "*.json"}
ENVELOPE = "an envelope: what is in it counts by itself"
_BORN = "1970-01-01"
_NOBODY = {"reference": "Patient/nobody-named"}
# A group, a place or a device, or something inside; not the patient of another system.
_NO_PERSON = re.compile(r"#|(?!Patient/)[A-Z][A-Za-z]+/")
_ENTRY = re.compile(r"^Bundle\.entry\[\d+\]\.resource: ")


@dataclass(frozen=True, slots=True)
class Thing:
    """A published resource: as "Type/id" here, or why it is not held."""

    resource_type: str
    source: str
    name: str = ""
    refused: str = ""


def sent(paths: Sequence[Path]) -> list[Thing]:
    """Send files through the door, those first whom others refer to, and say what became of each.

    Each bundle comes from a system of its own; single files come from one.
    """
    things: dict[str, Thing] = {}
    for path in loading.files_in(paths):
        for thing in _sent(path):
            key = thing.name if _is_bundle(path) and thing.name else f"{path.name} {thing.name}"
            things.setdefault(key, thing)
    return list(things.values())


def as_files(folder: str, to: Path) -> list[Path]:
    """Write every example of a folder, with the stubs that they need, as files to be sent."""
    made = [
        _owned(parse(samples.content(path).decode()).resource)
        for path in samples.paths(f"{folder}/{EXAMPLES[folder]}")
    ]
    people = {one["id"] for one in made if one["resourceType"] == "Patient"}
    named = {owner for one in made if (owner := _owner(one))} - people
    return [_written(one, to, n) for n, one in enumerate([*made, *map(_stub, sorted(named))])]


def few(path: Path, to: Path, most: int) -> Path:
    """Write a record with no more than so many things of a type, as a file to be sent."""
    bundle = parse(samples.content(path).decode()).resource
    seen: Counter[str] = Counter()
    kept = []
    for entry in bundle["entry"]:
        seen[kind := entry["resource"]["resourceType"]] += 1
        if kind in SHARED_TYPES or seen[kind] <= most:
            kept.append(entry)
    return _written(bundle | {"entry": kept, "id": "few"}, to, 0)


def standing(names: Iterable[str]) -> list[Stored]:
    """Return what stands under these names, as the service itself sees it."""
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            "SELECT resource_type, logical_id, version, patient, labels, updated_at, text"
            " FROM portal_fhir_resource WHERE resource_type || '/' || logical_id = ANY(%s)",
            [list(names)],
        )
        return [stored(row) for row in cursor.fetchall()]


def _sent(path: Path) -> Iterator[Thing]:
    tally = loading.Tally()
    feed = path.name if _is_bundle(path) else "examples"
    loading.load(path, loading.sender_of(feed, "TEST", backload=True), tally)
    why = "".join(
        _ENTRY.sub("", f"{issue.path}: {issue.message}") for _, issue in tally.refusals[:1]
    )
    for name in tally.outcomes:
        yield Thing(name.partition("/")[0], path.name, name)
    if path.suffix == ".json" and (_is_bundle(path) or why):
        yield Thing(path.name.partition(".")[0], path.name, refused=why or ENVELOPE)


def _is_bundle(path: Path) -> bool:
    return path.suffix == ".gz" or path.name.startswith("Bundle.")


def _owned(resource: dict[str, Any]) -> dict[str, Any]:
    kind = resource["resourceType"]
    if kind == "Patient" and len(str(resource.get("birthDate", ""))) < len(_BORN):
        return resource | {"birthDate": _BORN}  # or no code could be checked
    if kind in {*SHARED_TYPES, "Patient"} or not is_stored(kind) or _owner(resource):
        return resource
    if kind == "Appointment":
        mine = {"actor": _NOBODY, "status": "accepted"}
        return resource | {"participant": [*resource["participant"], mine]}
    name = next(one for one in OWNERS if may_refer(kind, one, "Patient"))
    whom = resource.get(name, {})
    if isinstance(whom, list) or _NO_PERSON.match(whom.get("reference", "")):
        return resource
    return resource | {name: whom | _NOBODY}


def _owner(resource: dict[str, Any]) -> str:
    try:
        return patient_of(resource)
    except (Unowned, OfTwo):
        return ""


def _stub(name: str) -> dict[str, Any]:
    person = {"family": "Stub", "given": ["Sam"]}
    return {"resourceType": "Patient", "id": name, "name": [person], "birthDate": _BORN}


def _written(resource: dict[str, Any], to: Path, number: int) -> Path:
    path = to / f"{resource['resourceType']}.{resource.get('id', '')}.{number}.json"
    path.write_text(dump(resource), "utf-8")
    return path

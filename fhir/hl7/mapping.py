"""The small language in which a family of messages says how it becomes FHIR.

A family is a list of `Resource`s: for each segment of a name, one resource, whose elements are
rules. Rules name the places they read, so that a table can be read by an analyst and checked
against HL7's own maps. What the sender asks to be deleted is kept apart from what is absent.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, Protocol

from fhir.hl7.feeds import FeedSettings
from fhir.hl7.message import DELETE, Field, Repetition
from fhir.hl7.outline import Group
from fhir.matching import Person
from fhir.paths import Json

Read = Callable[[Repetition, FeedSettings], Any]

# Names made from a feed's own keys: the same thing sent again has the same name.
_NAMES: Final = uuid.UUID("6f0c4f0e-7c0d-5d2a-9a53-3a6b3f3c1b52")
# Elements of several names, of which a rule gives the one it means: value[x], deceased[x].
_CHOICE: Final = "[x]"


class NotMapped(Exception):
    """No family of ours reads messages of this kind."""

    def __init__(self, kind: tuple[str, str]) -> None:
        super().__init__("^".join(kind))
        self.kind = kind


class Rule(Protocol):
    """Something that makes an element's value; `places` are where it looks in the message."""

    @property
    def places(self) -> tuple[str, ...]: ...

    def __call__(self, here: "Here", /) -> Any: ...


Element = Rule | dict[str, Any] | list[Any] | tuple[Any, ...]


@dataclass(frozen=True)
class Resource:
    """One resource for each segment called `per`; none where `key` finds nothing to know it by."""

    type: str
    per: str
    key: Callable[["Here"], str]
    elements: Mapping[str, Element]


@dataclass(frozen=True)
class Mapped:
    """What a message became.

    `known_as` is the reference that the bundle uses for its person; `removed` lists, by full URL,
    the elements that the sender asks to have deleted. `warnings` name places, never values.
    """

    bundle: Json
    person: Person
    known_as: str
    removed: Mapping[str, tuple[str, ...]]
    warnings: tuple[str, ...] = ()


@dataclass
class Making:
    """The bundle while it is being made."""

    feed: FeedSettings
    event: str
    urls: dict[tuple[str, int], str] = field(default_factory=dict)
    entries: dict[str, Json] = field(default_factory=dict)
    removed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    warnings: dict[str, None] = field(default_factory=dict)

    def url(self, resource_type: str, key: str) -> str:
        name = f"{self.feed.ods}|{self.feed.name}|{resource_type}|{key}"
        return f"urn:uuid:{uuid.uuid5(_NAMES, name)}"

    def remove(self, url: str, *elements: str) -> None:
        """Note that elements are to be deleted; "telecom/home" is those of one use."""
        if elements:
            self.removed[url] = (*self.removed.get(url, ()), *elements)

    def warn(self, place: str, message: str) -> None:
        self.warnings[f"{place}: {message}"] = None

    def add(self, url: str, resource: Json) -> None:
        # A POST of what the feed has sent before is an update of it: intake knows the full URL.
        request = {"method": "POST", "url": resource["resourceType"]}
        self.entries.setdefault(url, {"fullUrl": url, "resource": resource, "request": request})


@dataclass(frozen=True)
class Here:
    """Where in the message a resource is being made."""

    group: Group
    making: Making

    @property
    def feed(self) -> FeedSettings:
        return self.making.feed

    def field(self, place: str) -> Field | None:
        """Return the field at "OBR-4", of the group itself or the nearest above it."""
        name, number = _parted(place)
        segment = self.group.segment(name)
        return segment[number] if segment else None

    def first(self, place: str) -> Repetition | None:
        found = self.field(place)
        return found.first if found else None

    def place(self, place: str) -> str:
        """Return the place as it counts in this message, such as "OBR[2]-25"."""
        found = self.field(place)
        return found.place if found else place

    def text(self, place: str, component: int = 1) -> str:
        name, number = _parted(place)
        segment = self.group.segment(name)
        return segment.text(number, component).strip() if segment else ""


@cache
def _parted(place: str) -> tuple[str, int]:
    name, number = place.split("-")
    return name, int(number)


def bundle_of(root: Group, resources: Sequence[Resource], making: Making) -> Json:
    """Return the transaction bundle that the resources make of a message's groups."""
    homes = [
        (resource, group, url)
        for resource in resources
        for group in root.with_own(resource.per)
        if (url := _named(resource, Here(group, making)))
    ]
    for resource, group, url in homes:
        _add(resource, Here(group, making), url)
    return {"resourceType": "Bundle", "type": "transaction", "entry": list(making.entries.values())}


def _named(resource: Resource, here: Here) -> str:
    key = resource.key(here)
    if not key:
        return ""
    url = here.making.url(resource.type, key)
    here.making.urls[resource.type, id(here.group)] = url
    return url


def _add(resource: Resource, here: Here, url: str) -> None:
    found: Json = {"resourceType": resource.type}
    removed = []
    for name, element in resource.elements.items():
        value = _value(element, here)
        if value is DELETE:
            removed.append(name)
        elif name.endswith(_CHOICE):
            found |= value or {}
        elif is_something(value):
            found[name] = value
    here.making.remove(url, *removed)
    here.making.add(url, found)


def _value(element: Element, here: Here) -> Any:
    if isinstance(element, dict):
        every = {name: _value(inner, here) for name, inner in element.items()}
        found = {name: value for name, value in every.items() if is_something(value)}
        return found or (DELETE if DELETE in every.values() else None)
    if isinstance(element, list | tuple):
        return [
            value for value in (_value(inner, here) for inner in element) if is_something(value)
        ]
    return element(here)


def is_something(value: Any) -> bool:
    return value not in (None, "", [], {}) and value is not DELETE

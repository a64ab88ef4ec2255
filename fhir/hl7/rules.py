"""The words of the mapping: each rule makes an element's value, and names the places it reads."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fhir.hl7.mapping import Here, Read, Rule, is_something
from fhir.hl7.message import DELETE


@dataclass(frozen=True)
class At:
    """The first occurrence of a field."""

    place: str
    read: Read

    @property
    def places(self) -> tuple[str, ...]:
        return (self.place,)

    def __call__(self, here: Here) -> Any:
        found = here.field(self.place)
        if not found:
            return None
        return DELETE if found.deleted else self.read(found.first, here.feed)


@dataclass(frozen=True)
class Each:
    """Every occurrence of a field, as a list."""

    place: str
    read: Read

    @property
    def places(self) -> tuple[str, ...]:
        return (self.place,)

    def __call__(self, here: Here) -> Any:
        found = here.field(self.place)
        if not found:
            return None
        if found.deleted:
            return DELETE
        return _distinct(self.read(said, here.feed) for said in found.repetitions)


@dataclass(frozen=True)
class Always:
    """A value that does not depend on the message."""

    value: Any
    places: tuple[str, ...] = ()

    def __call__(self, _: Here) -> Any:
        return self.value


@dataclass(frozen=True)
class Made:
    """A value that a function makes from several places."""

    make: Callable[[Here], Any]
    places: tuple[str, ...]

    def __call__(self, here: Here) -> Any:
        return self.make(here)


def made(make: Callable[[Here], Any], *places: str) -> Made:
    return Made(make, places)


@dataclass(frozen=True)
class First:
    """The first of several rules that finds something."""

    rules: tuple[Rule, ...]

    @property
    def places(self) -> tuple[str, ...]:
        return tuple(place for rule in self.rules for place in rule.places)

    def __call__(self, here: Here) -> Any:
        return next((value for rule in self.rules if (value := rule(here))), None)


@dataclass(frozen=True)
class Joined:
    """The lists of several rules as one; deleted where all that is said is a deletion."""

    rules: tuple[Rule, ...]

    @property
    def places(self) -> tuple[str, ...]:
        return tuple(place for rule in self.rules for place in rule.places)

    def __call__(self, here: Here) -> Any:
        said = [rule(here) for rule in self.rules]
        found = _distinct(item for value in said if value for item in value)
        return found or (DELETE if DELETE in said else None)


@dataclass(frozen=True)
class To:
    """A reference to the nearest resource of a type, of this group or one above."""

    type: str
    places: tuple[str, ...] = ()

    def __call__(self, here: Here) -> Any:
        urls = here.making.urls
        above = (urls.get((self.type, id(group))) for group in here.group.upward())
        found = next(filter(None, above), None)
        return {"reference": found} if found else None


@dataclass(frozen=True)
class ToEach:
    """References to the resources of a type made from the groups below this one."""

    type: str
    places: tuple[str, ...] = ()

    def __call__(self, here: Here) -> Any:
        urls = here.making.urls
        below = (urls.get((self.type, id(group))) for group in here.group.groups)
        return [{"reference": url} for url in below if url]


def _distinct(values: Any) -> list[Any]:
    found: list[Any] = []
    for value in values:
        if is_something(value) and value not in found:
            found.append(value)
    return found

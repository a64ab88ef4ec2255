"""A part of a record, page by page: each through the store, as whoever asked, at that moment."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from fhir.store import Criteria, Repository, Stored
from portal.export.parts import Part

PAGE = 100
# After all that has a day come those that have none.
UNDATED = (None, 2**62)


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose record, and of how far back; what has no day is always in it."""

    patient: str
    since: datetime | None = None


def pages_of(records: Repository, part: Part, asked: Asked) -> Iterator[list[Stored]]:
    """Yield a part's resources, type after type; only the last page is not full."""
    held: list[Stored] = []
    since = None if part.is_whole else asked.since
    for resource_type in part.types:
        for found in _pages(records, resource_type, asked, since):
            held += found
            if len(held) >= PAGE:
                yield held[:PAGE]
                held = held[PAGE:]
    if held:
        yield held


def _pages(
    records: Repository, resource_type: str, asked: Asked, since: datetime | None
) -> Iterator[list[Stored]]:
    criteria = Criteria(resource_type, [asked.patient], count=PAGE)
    if since is None:
        yield from _all(records, criteria)
        return
    yield from _all(records, replace(criteria, since=since))
    yield from _all(records, replace(criteria, before=UNDATED))


def _all(records: Repository, criteria: Criteria) -> Iterator[list[Stored]]:
    more = True
    while more:
        found, more = records.search(criteria)
        if found:
            yield found
            criteria = replace(criteria, before=found[-1].key)

"""One page of a section: its entries under their headings, what has ended below the rest.

Three statements, however much a record holds: the entries, the names they refer to, what was
taken back.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from fhir.store import Criteria, Repository, Retraction, Stored
from portal.identity.middleware import IdentifiedRequest
from portal.record.allergyintolerance import NONE_KNOWN, AllergyIntolerance
from portal.record.arrivals import Arrived
from portal.record.entry import Entry, present
from portal.record.naming import names_of
from portal.record.places import Place
from portal.record.sections import Section, address_of, kind_of
from portal.record.seen import News
from portal.record.statuses import ACTIVE

PAGE: Final = 25
_NONE_AT_ALL: Final = "716186003"


@dataclass(frozen=True, slots=True)
class Row:
    """An entry in a list, with what the list knows of it."""

    entry: Entry
    address: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """A page; `next` is where the one after begins, if there is more."""

    groups: list[tuple[str, list[Row]]]
    retracted: list[Retraction]
    next: Place | None

    @property
    def contradicts_itself(self) -> bool:
        """Whether it says that there is no allergy, and of one that there is."""
        entries = [row.entry for _, rows in self.groups for row in rows]
        allergies = [one for one in entries if isinstance(one, AllergyIntolerance)]
        none = [one for one in allergies if one.heading() == NONE_KNOWN[_NONE_AT_ALL]]
        return bool(none) and any(one.group() == ACTIVE for one in allergies)

    @property
    def is_empty(self) -> bool:
        return not self.groups and not self.retracted


def listed(
    request: IdentifiedRequest, section: Section, place: Place | None, arrived: Arrived, news: News
) -> Listed:
    """Return a page of the section, without what would push in under a reader."""
    records, patient = request.records, request.patient
    types = section.types_for(request.viewer)
    found, more = records.search_any(list(_criteria(patient, section, types, place)))
    shown = [one for one in found if arrived.shows(one)]
    rows = list(_rows(records, shown, news))
    retracted = [] if place else records.retracted(patient, *types)
    after = Place.after(found[-1]) if more else None
    return Listed(_grouped(rows, section), retracted, after)


def _criteria(
    patient: str, section: Section, types: Iterable[str], place: Place | None
) -> Iterator[Criteria]:
    for name in types:
        plain = Criteria(name, [patient], count=PAGE)
        ranked = [plain]
        if section.foremost:
            ranked = [
                replace(plain, statuses=section.foremost),
                replace(plain, but_statuses=section.foremost, rank=1),
            ]
        for one in ranked:
            if place is None or one.rank > place.rank:
                yield one
            elif one.rank == place.rank:
                yield replace(one, before=(place.at, place.number))


def _rows(records: Repository, found: list[Stored], news: News) -> Iterator[Row]:
    names = names_of(records, found)
    for one in found:
        yield Row(
            present(one, names),
            address_of(one.resource_type, one.id),
            news.holds(one.resource_type, one.id),
        )


def _grouped(rows: Iterable[Row], section: Section) -> list[tuple[str, list[Row]]]:
    """Return the rows by heading: the section's own order, then as they come."""
    groups: dict[str, list[Row]] = {name: [] for name in section.groups}
    for row in rows:
        heading = kind_of(row.entry.type) if section.is_mixed else row.entry.group()
        groups.setdefault(heading, []).append(row)
    return [(name, rows) for name, rows in groups.items() if rows]

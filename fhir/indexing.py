"""Keep the index tables in line with what is stored; what they say already is not written anew."""

from collections.abc import Sequence
from dataclasses import dataclass

from fhir import arrays
from fhir.search.values import Index
from fhir.writing_sql import INDEX_TABLES, IndexTable


@dataclass(frozen=True, slots=True)
class Indexed:
    """A resource, what it can be found by, and what the tables say of it, if that is known."""

    patient: object
    number: object
    resource_type: str
    index: Index
    before: Index | None = None

    def differs_in(self, table: IndexTable) -> bool:
        if self.before is None:
            return True
        return bool(getattr(self.before, table.part) != getattr(self.index, table.part))


def clearing(replaced: Sequence[Indexed]) -> list[tuple[str, list[list[object]]]]:
    """Return the statements that take what no longer holds of these resources out of the tables."""
    statements = []
    for table in INDEX_TABLES:
        outdated = [one for one in replaced if one.differs_in(table)]
        if outdated:
            keys = [[one.patient for one in outdated], [one.number for one in outdated]]
            statements.append((table.delete, keys))
    return statements


def filling(resources: Sequence[Indexed]) -> list[arrays.Asked]:
    """Return what puts resources into the tables, once what no longer holds of them is out."""
    inserts = []
    for table in INDEX_TABLES:
        rows = [
            (one.patient, one.number, one.resource_type, *entry)
            for one in resources
            if one.differs_in(table)
            for entry in getattr(one.index, table.part)
        ]
        if rows:
            inserts.append((table.insert, list(zip(*rows, strict=True))))
    return [arrays.as_one(inserts)] if inserts else []

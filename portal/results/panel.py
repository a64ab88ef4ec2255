"""A report's values as its page shows them: in the report's order, each with all that is known."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fhir.store import Repository
from portal.record.dates import brief, day
from portal.record.reading import Reading
from portal.results.history import Correction, Earlier, corrections, earlier
from portal.results.mark import Mark, mark
from portal.results.sentences import change

_LONGEST_CELL: Final = 60  # characters


@dataclass(frozen=True, slots=True)
class Line:
    """One value. `since` is said in each line only where lines differ in it."""

    reading: Reading
    mark: Mark | None
    correction: Correction | None
    change: str
    since: str


@dataclass(frozen=True, slots=True)
class Panel:
    """The lines of the table, what is prose instead, and the day that all earlier values share."""

    lines: list[Line]
    written: list[Line]
    since: str

    @property
    def has_changes(self) -> bool:
        return any(line.change for line in self.lines)

    @property
    def marks(self) -> list[Mark | None]:
        return [line.mark for line in self.lines]


def panel(records: Repository, patient: str, readings: Sequence[Reading], now: datetime) -> Panel:
    before = earlier(records, patient, readings)
    corrected = corrections(records, readings)
    days = {day(one.reading.at) for one in before.values() if one.reading and one.reading.at}
    common = days.pop() if len(days) == 1 else ""
    lines = []
    for reading in readings:
        correction = corrected.get(reading.id) if reading.part is None else None
        changed, since = _changed(reading, before.get((reading.id, reading.part)), now)
        lines.append(
            Line(
                reading,
                mark(reading, correction.old_number if correction else None),
                correction,
                changed,
                since,
            )
        )
    return Panel(
        [line for line in lines if not _is_written(line.reading)],
        [line for line in lines if _is_written(line.reading)],
        common,
    )


def _is_written(reading: Reading) -> bool:
    """Whether the value is prose, which a column of a table would set word under word."""
    return reading.number is None and (len(reading.text) > _LONGEST_CELL or "\n" in reading.text)


def _changed(reading: Reading, before: Earlier | None, now: datetime) -> tuple[str, str]:
    """Return how the value differs from the one before it, and since when."""
    if before is None:
        return "", ""
    if before.reading is None:
        return ("First time" if before.is_known else ""), ""
    since = brief(before.reading.at, now) if before.reading.at else ""
    return change(reading, before.reading), since

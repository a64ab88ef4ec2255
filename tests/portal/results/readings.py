"""Readings made by hand, for charts and sentences."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from portal.record.dates import LONDON
from portal.record.ranges import Range
from portal.record.reading import Reading

NOW = datetime(2026, 3, 12, 9, 0, tzinfo=LONDON)
USUAL = Range(Decimal(115), Decimal(165))
BEFORE = Range(Decimal(120), Decimal(160))


def at(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T09:15").replace(tzinfo=LONDON)


def a_reading(value: str, day: str = "2026-03-10", usual: Range = USUAL, **more: Any) -> Reading:
    """Make a reading; `value` as the laboratory writes it, "<0.1" too."""
    number = value.lstrip("<>")
    given: dict[str, Any] = {
        "id": day,
        "title": "Haemoglobin",
        "system": "http://loinc.org",
        "code": "718-7",
        "at": at(day),
        "at_text": f"{day}T09:15:00+00:00",
        "number": Decimal(number),
        "comparator": value[: len(value) - len(number)],
        "unit": "g/L",
        "text": "",
        "range": usual,
        "mark": "",
    }
    return Reading(**given | more)


def course(*points: tuple[str, str], **more: Any) -> list[Reading]:
    """Make readings of (day, value), oldest first."""
    return [a_reading(value, day, **more) for day, value in points]

"""Sections of a long record: those that are ordered by date, and those by what goes on."""

from portal.bench import records

SECTIONS = ("medicines", "conditions", "visits", "letters")


def run() -> dict[str, float]:
    """Measure each section; no limit is for one alone."""
    client = records.long_record()
    found: dict[str, float] = {}
    for key in SECTIONS:
        found |= records.figures(client, f"/record/{key}/", key)
    return found

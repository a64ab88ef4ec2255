"""The sparkline: how one value has gone lately, in 88 by 28 pixels, the last point alone marked."""

from collections.abc import Sequence
from dataclasses import dataclass

from portal.record.reading import Reading

WIDTH, HEIGHT = 88, 28
LEFT, RIGHT, TOP, BOTTOM = 4, 82, 4, 24


@dataclass(frozen=True, slots=True)
class Spark:
    band: tuple[float, float] | None
    line: tuple[tuple[float, float], ...]
    outside: bool

    @property
    def last(self) -> tuple[float, float]:
        return self.line[-1]


def spark(readings: Sequence[Reading]) -> Spark | None:
    """Return the line through the readings, oldest first, or nothing where it would mislead.

    One point makes no line; nor do mixed units, a value such as "<5", or one without its day.
    """
    drawn = [(one.at, float(one.number)) for one in readings if one.at and one.number is not None]
    units = {one.unit for one in readings}
    exact = all(one.is_drawn and not one.comparator for one in readings)
    if len(drawn) < 2 or len(units) > 1 or not exact:  # noqa: PLR2004 (two points make a line)
        return None
    last = readings[-1]
    limits = [float(limit) for limit in (last.range.low, last.range.high) if limit is not None]
    values = [value for _, value in drawn] + limits
    low, high = min(values), max(values)
    first_at, last_at = drawn[0][0], drawn[-1][0]
    seconds = (last_at - first_at).total_seconds()
    if not seconds:
        return None

    def y(value: float) -> float:
        share = (high - value) / (high - low) if high > low else 0.5
        return round(TOP + (BOTTOM - TOP) * share, 1)

    line = tuple(
        (round(LEFT + (RIGHT - LEFT) * (at - first_at).total_seconds() / seconds, 1), y(value))
        for at, value in drawn
    )
    band = None
    if last.range.has_limits:
        top = y(float(last.range.high)) if last.range.high is not None else 0.0
        bottom = y(float(last.range.low)) if last.range.low is not None else float(HEIGHT)
        band = (top, round(bottom - top, 1))
    return Spark(band, line, outside=last.flag is not None)

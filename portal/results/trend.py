"""One test over time, as a drawing: pure geometry, which a macro writes as SVG.

x is in per cent of the width and y in pixels, so that text never scales. Time is true to scale.
Every figure is in the table below the chart too; what cannot be drawn truly is left to the table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import pairwise

from portal.record.ranges import Range, Side
from portal.record.reading import Reading
from portal.results.spans import Tick, ticks

INSET_LEFT, INSET_RIGHT = 3.0, 8.0
TOP, AXIS = 12.0, 24.0
# Of the figures shown; below, the last value may be written under its point.
SPARE_ABOVE, SPARE_BELOW = 0.08, 0.25
LABEL_ABOVE, LABEL_BELOW = 14, 26


@dataclass(frozen=True, slots=True)
class Plotted:
    """A value in its place. Shape: disc, diamond, less or more."""

    x: float
    y: float
    shape: str
    own: bool


@dataclass(frozen=True, slots=True)
class Band:
    """A usual range while it held; `limits` are the heights of its dotted lines."""

    left: float
    right: float
    top: float
    bottom: float
    limits: tuple[float, ...]
    label: str = ""
    label_y: float = 0
    label_right: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    points: tuple[tuple[float, float], ...]
    own: bool


@dataclass(frozen=True, slots=True)
class Trend:
    height: int
    axis: float
    bands: tuple[Band, ...]
    ticks: tuple[tuple[float, str], ...]
    lines: tuple[Line, ...]
    points: tuple[Plotted, ...]
    last: str
    last_y: float


@dataclass(frozen=True, slots=True)
class _Scale:
    start: datetime
    end: datetime
    low: float
    high: float
    axis: float

    def x(self, at: datetime) -> float:
        length = (self.end - self.start).total_seconds() or 1
        share = (at - self.start).total_seconds() / length
        return round(INSET_LEFT + (100 - INSET_LEFT - INSET_RIGHT) * share, 2)

    def y(self, number: Decimal | float) -> float:
        share = (float(number) - self.low) / (self.high - self.low)
        return round(self.axis - (self.axis - TOP) * share, 1)

    def clipped(self, number: Decimal) -> float:
        return min(max(self.y(number), TOP), self.axis)


def drawable(readings: Sequence[Reading], unit: str) -> list[Reading]:
    """Return those that a chart in this unit can place, oldest first; units are never converted."""
    found = [one for one in readings if one.is_drawn and one.unit == unit]
    return sorted(found, key=_at)


def trend(
    readings: Sequence[Reading], start: datetime | None, end: datetime, height: int = 260
) -> Trend:
    """Return the drawing of readings that are `drawable`, at least one, from `start` to `end`."""
    end = max(end, _at(readings[-1]))
    low, high = _limits(readings)
    scale = _Scale(start or _at(readings[0]), end, low, high, height - AXIS)
    points = tuple(_plotted(one, scale) for one in readings)
    return Trend(
        height=height,
        axis=scale.axis,
        bands=tuple(_bands(readings, scale)),
        ticks=tuple((scale.x(tick.at), tick.label) for tick in _ticks(scale)),
        lines=tuple(_lines(readings, points)),
        points=points,
        last=_last_label(readings[-1]),
        last_y=_last_height(points, scale),
    )


def _at(reading: Reading) -> datetime:
    if reading.at is None:
        raise ValueError("A reading without its day cannot be drawn.")
    return reading.at


def _number(reading: Reading) -> Decimal:
    if reading.number is None:
        raise ValueError("A reading without a number cannot be drawn.")
    return reading.number


def _ticks(scale: _Scale) -> list[Tick]:
    return ticks(scale.start, scale.end)


def _limits(readings: Sequence[Reading]) -> tuple[float, float]:
    """Return the least and the greatest figure to show, with a little to spare on either side.

    The base is zero only where a usual range has no lower limit.
    """
    ranges = [one.range for one in readings if one.range.has_limits]
    shown = [_number(one) for one in readings]
    shown += [limit for usual in ranges for limit in (usual.low, usual.high) if limit is not None]
    low, high = float(min(shown)), float(max(shown))
    length = high - low or abs(high) or 1.0
    from_zero = low >= 0 and any(usual.low is None for usual in ranges)
    return (0.0 if from_zero else low - length * SPARE_BELOW), high + length * SPARE_ABOVE


def _plotted(reading: Reading, scale: _Scale) -> Plotted:
    if reading.comparator.startswith("<"):
        shape = "less"
    elif reading.comparator.startswith(">"):
        shape = "more"
    else:
        shape = "disc" if reading.side in {None, Side.WITHIN} else "diamond"
    return Plotted(scale.x(_at(reading)), scale.y(_number(reading)), shape, reading.own)


def _lines(readings: Sequence[Reading], points: Sequence[Plotted]) -> list[Line]:
    """Join the hospital's values to each other, the patient's own to each other; "<" to nothing."""
    lines = []
    for own in (False, True):
        run: list[tuple[float, float]] = []
        for reading, point in zip(readings, points, strict=True):
            if reading.own is own and not reading.comparator:
                run.append((point.x, point.y))
        if len(run) > 1:
            lines.append(Line(tuple(run), own))
    return lines


def _bands(readings: Sequence[Reading], scale: _Scale) -> list[Band]:
    """Return each usual range from half-way to the point before to half-way to the one after."""
    ranged = [one for one in readings if one.range.has_limits or not one.own]
    if not ranged:
        return []
    xs = [scale.x(_at(one)) for one in ranged]
    borders = [0.0, *(round((a + b) / 2, 2) for a, b in pairwise(xs)), 100.0]
    spells: list[tuple[Range, float, float]] = []
    for reading, (left, right) in zip(ranged, pairwise(borders), strict=True):
        if spells and _same(spells[-1][0], reading.range):
            spells[-1] = (spells[-1][0], spells[-1][1], right)
        else:
            spells.append((reading.range, left, right))
    spells = [spell for spell in spells if spell[0].has_limits]
    bands = []
    for n, (usual, left, right) in enumerate(spells):
        is_last = n == len(spells) - 1
        bands.append(_band(usual, (left, right), scale, "left" if n == 0 else "right" * is_last))
    return bands


def _band(usual: Range, reach: tuple[float, float], scale: _Scale, label: str) -> Band:
    top = scale.clipped(usual.high) if usual.high is not None else TOP
    bottom = scale.clipped(usual.low) if usual.low is not None else scale.axis
    limits = tuple(
        scale.y(limit)
        for limit in (usual.low, usual.high)
        if limit is not None and TOP <= scale.y(limit) <= scale.axis
    )
    return Band(
        *reach,
        top,
        bottom,
        limits,
        label={"left": f"Usual range {usual.said}", "right": usual.said}.get(label, ""),
        label_y=round(top - 7 if usual.low is None else top + 17, 1),
        label_right=label == "right",
    )


def _same(one: Range, other: Range) -> bool:
    return (one.low, one.high) == (other.low, other.high)


def _last_label(reading: Reading) -> str:
    return f"{reading.amount}%" if reading.unit == "%" else reading.amount


def _last_height(points: Sequence[Plotted], scale: _Scale) -> float:
    """Return where the last value is written: below its point where the value fell, else above."""
    last = points[-1]
    fell = len(points) > 1 and last.y > points[-2].y
    below = last.y + LABEL_BELOW
    if fell and below <= scale.axis - 4:
        return round(below, 1)
    return round(max(last.y - LABEL_ABOVE, TOP + 4), 1)

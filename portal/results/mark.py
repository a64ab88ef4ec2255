"""The range mark: where one value lies, drawn so that ranges line up down a column.

The usual range always fills the middle half of the mark, so the eye compares only the dots. All
figures are pixels of a mark 144 wide and 20 high; the words beside it say everything it shows.
"""

from dataclasses import dataclass
from decimal import Decimal

from portal.record.ranges import Range, Side
from portal.record.reading import Reading

WIDTH = 144
BAND_LEFT, BAND_RIGHT = WIDTH / 4, WIDTH * 3 / 4
DISC, DIAMOND, CHEVRON = 5, 7, 3


@dataclass(frozen=True, slots=True)
class Point:
    """A shape and the middle of it: disc, diamond, beyond-left, beyond-right, less, more or old."""

    shape: str
    x: float


@dataclass(frozen=True, slots=True)
class Mark:
    """The band from `left` to `right`, an edge where there is a limit, and the points upon it."""

    left: float
    right: float
    edges: tuple[float, ...]
    points: tuple[Point, ...]


def mark(reading: Reading, old: Decimal | None = None) -> Mark | None:
    """Return the mark of a value, with the one it corrects, or nothing where none can be true."""
    usual = reading.range
    if reading.number is None or (at := _position(usual, reading.number)) is None:
        return None
    left = BAND_LEFT if usual.low is not None else 0
    right = BAND_RIGHT if usual.high is not None else WIDTH
    edges = tuple(
        edge
        for edge, limit in ((BAND_LEFT, usual.low), (BAND_RIGHT, usual.high))
        if limit is not None
    )
    points = [_point(reading, at)]
    if old is not None and (before := _position(usual, old)) is not None:
        points.insert(0, Point("old", _kept_inside(before, DIAMOND)))
    return Mark(left, right, edges, tuple(points))


def _point(reading: Reading, at: float) -> Point:
    if reading.comparator.startswith("<"):
        return Point("less", _kept_inside(at, CHEVRON + 2))
    if reading.comparator.startswith(">"):
        return Point("more", _kept_inside(at, CHEVRON + 2))
    if reading.side is Side.WITHIN:
        return Point("disc", _kept_inside(at, DISC))
    if at < DIAMOND:
        return Point("beyond-left", 0)
    if at > WIDTH - DIAMOND:
        return Point("beyond-right", WIDTH)
    return Point("diamond", round(at, 1))


def _position(usual: Range, number: Decimal) -> float | None:
    """Return where a number lies along the mark, or nothing where the range gives no scale."""
    low, high = usual.low, usual.high
    if low is not None and high is not None:
        if low == high:
            return None
        share = Decimal("0.25") + Decimal("0.5") * (number - low) / (high - low)
    elif high is not None:
        if high <= 0:
            return None
        share = Decimal("0.75") * number / high
    elif low is not None and low > 0:
        share = Decimal("0.25") + Decimal("0.25") * (number - low) / low
    else:
        return None
    return float(share * WIDTH)


def _kept_inside(x: float, margin: float) -> float:
    return round(min(max(x, margin), WIDTH - margin), 1)

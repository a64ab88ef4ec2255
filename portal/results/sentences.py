"""What a chart and a panel say in words: only facts worked out from the values, never advice."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from portal.record.dates import brief, day, local, month
from portal.record.ranges import Side, digits
from portal.record.reading import Reading
from portal.results.spans import Span

JUST = Decimal("0.1")  # of the width of the range: so little outside it that we say "just"
SOME = 4  # results that show a direction
MANY = 100  # results, of which some are left out to find a direction
STEADY = 0.6  # of all pairs of them, the surplus that goes one way

UNIT_NAMES = {
    "g/L": "grams per litre",
    "g/dL": "grams per decilitre",
    "mg/L": "milligrams per litre",
    "mg/dL": "milligrams per decilitre",
    "mmol/L": "millimoles per litre",
    "umol/L": "micromoles per litre",
    "µmol/L": "micromoles per litre",
    "nmol/L": "nanomoles per litre",
    "pmol/L": "picomoles per litre",
    "mmol/mol": "millimoles per mole",
    "IU/L": "international units per litre",
    "U/L": "units per litre",
    "mL/min": "millilitres per minute",
    "mmHg": "millimetres of mercury",
    "mm[Hg]": "millimetres of mercury",
    "kg": "kilograms",
    "cm": "centimetres",
    "%": "per cent",
}


def caption(title: str, unit: str, words: str) -> str:
    """Return the heading of a chart.

    >>> caption("Haemoglobin", "g/L", "last 5 years")
    'Haemoglobin, grams per litre (g/L), last 5 years'
    """
    name = UNIT_NAMES.get(unit)
    spelt = f"{name} ({unit})" if name and name != "per cent" else name or unit
    return ", ".join(part for part in (title, spelt, words) if part)


def answer(readings: Sequence[Reading], now: datetime) -> str:
    """Return what one wants to know before looking at the chart; readings are oldest first."""
    last = readings[-1]
    when = f", on {day(last.at)}" if last.at else ""
    who = "The last result from home was" if last.own else "The last result was"
    said = [f"{who} {last.said}{when}."]
    if where := _where(last):
        said.append(f"That is {where} the usual range.")
    if gone := _gone(readings, now):
        said.append(gone)
    return " ".join(said)


def placed(reading: Reading) -> str:
    """Return where one value lies, with the usual range itself."""
    if where := _where(reading):
        return f"{where[0].upper()}{where[1:]} the usual range of {reading.range.said}."
    if reading.range.said:
        return f"Usual range {reading.range.said}."
    return "No usual range given."


def change_since(reading: Reading, before: Reading) -> str:
    """Return how a value differs from the one before it, and when that was."""
    changed = change(reading, before)
    if before.at is None:
        return f"{changed}."
    joined = ", on" if changed.startswith("Was") else " since"
    return f"{changed}{joined} {day(before.at)}."


def instead(inside: Sequence[Reading], readings: Sequence[Reading], span: Span) -> str:
    """Return what stands in place of a chart that has nothing to join."""
    if not readings:
        return "This result is not a number, so there is no chart."
    if len(readings) == 1:
        return (
            "This is the first result of this test here. A chart will show here after the next one."
        )
    if not inside:
        last = readings[-1].at
        when = f" The last was on {day(last)}." if last else ""
        return f"No results in the {span.words}.{when}"
    only = inside[-1]
    when = f", on {day(only.at)}" if only.at else ""
    return f"One result in the {span.words}: {only.said}{when}."


def description(readings: Sequence[Reading]) -> str:
    """Return what the chart shows, for those who do not see it; readings are oldest first."""
    own = [one for one in readings if one.own]
    sent = [one for one in readings if not one.own]
    if own and sent:
        said = f"{_span(sent, 'hospital result')}, and {_span(own, 'reading', ' taken at home')}."
    else:
        lowest, highest = min(readings, key=_order), max(readings, key=_order)
        said = f"{_count(len(readings), 'reading' if own else 'result')}."
        if len(readings) > 1:
            said += f" The highest was {_then(highest)}. The lowest was {_then(lowest)}."
    last = readings[-1]
    lies = {
        Side.BELOW: f", below the usual range of {last.range.said}",
        Side.ABOVE: f", above the usual range of {last.range.said}",
        Side.WITHIN: ", in the usual range",
        None: "",
    }[last.side]
    return f"{said} The last was {_amount(last)}{lies}. All of them are in the table below."


def period(readings: Sequence[Reading]) -> str:
    """Return from when to when, by month."""
    first, last = readings[0].at, readings[-1].at
    if first is None or last is None or month(first) == month(last):
        return f"in {month(last)}" if last else ""
    return f"from {month(first)} to {month(last)}"


def change(reading: Reading, before: Reading | None) -> str:
    """Return how a value differs from the one before it."""
    if before is None:
        return "First time"
    if reading.unit != before.unit:
        return f"Was {before.said}"
    if reading.number is None or before.number is None:
        return "No change" if reading.said == before.said else f"Was {before.said}"
    if reading.comparator or before.comparator:
        return "No change" if reading.amount == before.amount else f"Was {before.amount}"
    difference = reading.number - before.number
    if not difference:
        return "No change"
    return f"{'Up' if difference > 0 else 'Down'} {digits(abs(difference))}"


def _where(reading: Reading) -> str:
    """Return "just below", say, or nothing where that cannot be told."""
    side, number = reading.side, reading.number
    if side is None or number is None:
        return ""
    if side is Side.WITHIN:
        return "in"
    low, high = reading.range.low, reading.range.high
    limit = low if side is Side.BELOW else high
    if low is None or high is None or limit is None or reading.comparator:
        return side.value
    just = abs(number - limit) <= (high - low) * JUST
    return f"just {side.value}" if just else side.value


def _gone(readings: Sequence[Reading], now: datetime) -> str:
    """Return whether values have kept going one way, else what the value was before."""
    last = readings[-1]
    alike = [
        one
        for one in readings
        if one.number is not None
        and not one.comparator
        and one.unit == last.unit
        and one.own == last.own
    ]
    if len(alike) < 2 or alike[-1] is not last:  # noqa: PLR2004 (two to compare)
        return ""
    first, before = alike[0], alike[-2]
    direction = _direction([one.number for one in alike if one.number is not None])
    if len(alike) >= SOME and direction and first.at:
        since = local(first.at).year
        if since != local(now).year:
            return f"It has {direction} since {since}."
    if before.at is None:
        return ""
    return f"The time before, on {brief(before.at, now)}, it was {before.amount}."


def _direction(numbers: Sequence[Decimal]) -> str:
    """Return which way most pairs go (Kendall's measure), where it agrees with first and last."""
    if len(numbers) > MANY:
        numbers = [*numbers[: -1 : len(numbers) // MANY], numbers[-1]]
    pairs = surplus = 0
    for n, earlier in enumerate(numbers):
        for later in numbers[n + 1 :]:
            pairs += 1
            surplus += (later > earlier) - (later < earlier)
    if surplus / pairs >= STEADY and numbers[-1] > numbers[0]:
        return "gone up"
    if surplus / pairs <= -STEADY and numbers[-1] < numbers[0]:
        return "come down"
    return ""


def _span(readings: Sequence[Reading], noun: str, which: str = "") -> str:
    lowest, highest = min(readings, key=_order), max(readings, key=_order)
    counted = _count(len(readings), noun) + which
    if lowest.amount == highest.amount:
        return f"{counted} of {_amount(lowest)}"
    return f"{counted}, from {_amount(lowest)} to {_amount(highest)}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _then(reading: Reading) -> str:
    return f"{_amount(reading)} in {month(reading.at)}" if reading.at else _amount(reading)


def _amount(reading: Reading) -> str:
    words = {"<": "less than ", "<=": "at most ", ">": "more than ", ">=": "at least "}
    if reading.number is None:
        return reading.amount
    return f"{words.get(reading.comparator, '')}{digits(reading.number)}"


def _order(reading: Reading) -> Decimal:
    return reading.number if reading.number is not None else Decimal(0)

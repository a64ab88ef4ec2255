"""How often and when, in words: FHIR's Timing as one says it of a medicine or an exercise."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from fhir.paths import Json, find, first
from portal.record import quantities, words
from portal.record.dates import as_recorded, is_date, span_as_recorded

_TIMES: Final = {"1": "once", "2": "twice"}
_PERIODS: Final = {
    "s": "second", "min": "minute", "h": "hour", "d": "day", "wk": "week", "mo": "month",
    "a": "year",
}  # fmt: skip
_MEALS: Final = {"": "meals", "M": "breakfast", "D": "lunch", "V": "the evening meal"}
_WHEN: Final[Mapping[str, str]] = {
    "HS": "at bedtime", "WAKE": "on waking", "PHS": "after sleep",
    "MORN": "in the morning", "MORN.early": "early in the morning",
    "MORN.late": "late in the morning", "NOON": "at midday", "AFT": "in the afternoon",
    "AFT.early": "early in the afternoon", "AFT.late": "late in the afternoon",
    "EVE": "in the evening", "EVE.early": "early in the evening",
    "EVE.late": "late in the evening", "NIGHT": "at night",
    **{f"C{letter}": f"with {meal}" for letter, meal in _MEALS.items()},
    **{f"AC{letter}": f"before {meal}" for letter, meal in _MEALS.items()},
    **{f"PC{letter}": f"after {meal}" for letter, meal in _MEALS.items()},
}  # fmt: skip
_DAYS: Final = {
    "mon": "Mondays", "tue": "Tuesdays", "wed": "Wednesdays", "thu": "Thursdays",
    "fri": "Fridays", "sat": "Saturdays", "sun": "Sundays",
}  # fmt: skip
# HL7's GTSAbbreviation, which prescribers write by heart.
_ABBREVIATIONS: Final = {
    "BID": "twice a day", "TID": "3 times a day", "QID": "4 times a day", "QD": "once a day",
    "QOD": "every other day", "AM": "every morning", "PM": "every afternoon",
    "BED": "at bedtime", "Q1H": "every hour", "Q2H": "every 2 hours", "Q3H": "every 3 hours",
    "Q4H": "every 4 hours", "Q6H": "every 6 hours", "Q8H": "every 8 hours", "WK": "once a week",
    "MO": "once a month",
}  # fmt: skip


def timing(value: Json) -> str:
    """Return a Timing.

    >>> timing({"repeat": {"frequency": 2, "period": 1, "periodUnit": "d", "when": ["PC"]}})
    'twice a day, after meals'
    """
    return ", ".join(dict.fromkeys(filter(None, _parts(value))))


def _parts(value: Json) -> Iterator[str]:
    repeat = value.get("repeat")
    repeat = repeat if isinstance(repeat, dict) else {}
    often = _often(repeat)
    yield often or _by_name(value)
    yield words.listed(_known(_WHEN, find(repeat, "when")))
    if days := _known(_DAYS, find(repeat, "dayOfWeek")):
        yield f"on {words.listed(days)}"
    if times := list(filter(None, map(_clock, find(repeat, "timeOfDay")))):
        yield f"at {words.listed(times)}"
    if count := quantities.number(repeat.get("count")):
        yield "once only" if count == "1" else f"{count} times in all"
    yield _bounds(repeat)
    dates = [as_recorded(one) for one in find(value, "event") if is_date(one)]
    if dates:
        yield f"on {words.listed(dates)}"


def _often(repeat: Json) -> str:
    """Return frequency and period.

    >>> _often({"frequency": 1, "period": 8, "periodUnit": "h"}), _often({"period": 1})
    ('every 8 hours', '')
    """
    times = _times(repeat)
    unit = _PERIODS.get(str(repeat.get("periodUnit") or ""), "")
    period = quantities.number(repeat.get("period"))
    longest = quantities.number(repeat.get("periodMax"))
    if not unit or not period:
        return times
    if period in {"1", "1.0"} and not longest:
        return f"{times or 'once'} {'an' if unit == 'hour' else 'a'} {unit}"
    every = f"every {period}{f' to {longest}' if longest else ''} {unit}s"
    return every if times in {"", "once"} else f"{times} {every}"


def _times(repeat: Json) -> str:
    least = quantities.number(repeat.get("frequency"))
    most = quantities.number(repeat.get("frequencyMax"))
    if least and most:
        return f"{least} to {most} times"
    if most:
        return f"up to {most} times"
    return _TIMES.get(least, f"{least} times") if least else ""


def _by_name(value: Json) -> str:
    code = first(value, "code.coding.code")
    if isinstance(code, str) and code in _ABBREVIATIONS:
        return _ABBREVIATIONS[code]
    named = value.get("code")
    return words.concept(named if isinstance(named, dict) else None)


def _bounds(repeat: Json) -> str:
    for name, say in _BOUNDS.items():
        bounds = repeat.get(name)
        if isinstance(bounds, dict) and (text := say(bounds)):
            return text
    return ""


def _known(table: Mapping[str, str], codes: list[Any]) -> list[str]:
    return [table[one] for one in codes if isinstance(one, str) and one in table]


def _clock(value: Any) -> str:
    """Return a time of day as FHIR writes it, or nothing.

    >>> _clock("08:00:00"), _clock("18:30:00")
    ('8am', '6:30pm')
    """
    hour, _, rest = str(value).partition(":")
    minute = rest[:2]
    if not (hour.isdecimal() and minute.isdecimal()):
        return ""
    if (int(hour), int(minute)) in {(0, 0), (12, 0)}:
        return "midday" if int(hour) else "midnight"
    minutes = "" if minute == "00" else f":{minute}"
    return f"{int(hour) % 12 or 12}{minutes}{'am' if int(hour) < 12 else 'pm'}"  # noqa: PLR2004


def _lasting(bounds: Json) -> str:
    said = quantities.quantity(bounds) or quantities.span(bounds)
    return f"for {said}" if said else ""


_BOUNDS: Final[Mapping[str, Callable[[Json], str]]] = {
    "boundsDuration": _lasting,
    "boundsRange": _lasting,
    "boundsPeriod": span_as_recorded,
}

"""Amounts in words: numbers with the digits they were sent with, units as people read them."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from fhir.paths import Json
from fhir.raw import Number
from portal.record import words

_COMPARATORS: Final = {"<": "less than ", "<=": "at most ", ">": "more than ", ">=": "at least "}
# Units as the Unified Code writes them, for senders who gave no word beside it.
_UNITS: Final[Mapping[str, str]] = {
    "1": "", "a": "years", "mo": "months", "wk": "weeks", "d": "days", "h": "hours",
    "min": "minutes", "s": "seconds", "ug": "micrograms", "Cel": "°C", "[degF]": "°F",
    "[iU]": "units", "[in_i]": "inches", "[lb_av]": "lb", "{tbl}": "tablets",
    "TAB": "tablets", "CAP": "capsules",
    # How senders spell what does not need it.
    "yr": "years", "yrs": "years", "year": "years", "month": "months", "week": "weeks",
    "day": "days", "Day": "days", "hour": "hours", "hr": "hours", "minute": "minutes",
}  # fmt: skip
# A remark on the unit, in the Unified Code's braces: "{score}".
_REMARK: Final = re.compile(r"\{([^{}]*)\}")
_COUNT: Final = "{#}"
_CURRENCIES: Final = {"GBP": "£", "EUR": "€", "USD": "$"}


def number(value: Any) -> str:
    """Return a number with its digits, or nothing where it is none."""
    if isinstance(value, Number):
        return value.sent
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    return str(value) if is_number else ""


def quantity(value: Json) -> str:
    """Return a Quantity, Age, Duration or Money.

    >>> quantity({"value": 1, "unit": "days"}), quantity({"value": 5, "comparator": "<"})
    ('1 day', 'less than 5')
    """
    if not (digits := number(value.get("value"))):
        return ""
    if currency := _CURRENCIES.get(str(value.get("currency") or "")):
        return f"{currency}{digits}"
    comparator = _COMPARATORS.get(str(value.get("comparator") or ""), "")
    name = unit(value)
    if digits == "1" and name in _SINGULARS:
        name = _SINGULARS[name]
    joint = "" if name == "%" else " "
    return f"{comparator}{digits}{joint}{name}".rstrip()


def unit(value: Json) -> str:
    """Return the unit as it was sent, without its braces; a number is a code and no unit."""
    sent = words.plain(value.get("unit") or "") or words.plain(value.get("code") or "")
    return _UNITS[sent] if sent in _UNITS else unit_as_sent(sent)


def unit_as_sent(sent: str) -> str:
    """Return a unit without its braces; a number is a code and no unit.

    >>> unit_as_sent("{score}"), unit_as_sent("{#}"), unit_as_sent("mm[Hg]")
    ('score', '', 'mmHg')
    """
    return "" if sent.isdecimal() or sent == _COUNT else unbraced(sent)


def unbraced(text: str) -> str:
    """Return a text in which units stand, without what the Unified Code puts around remarks.

    >>> unbraced("60 to 200 (mL/min/{1.73_m2})")
    '60 to 200 (mL/min/1.73 m2)'
    """
    return _REMARK.sub(lambda found: found[1].replace("_", " "), text).replace("mm[Hg]", "mmHg")


def span(value: Json) -> str:
    """Return a Range.

    >>> span({"low": {"value": 1}, "high": {"value": 2, "unit": "tablets"}})
    '1 to 2 tablets'
    """
    low, high = _side(value, "low"), _side(value, "high")
    below, above = quantity(low), quantity(high)
    if below and above:
        is_same = unit(low) in {"", unit(high)}
        return f"{number(low.get('value')) if is_same else below} to {above}"
    if below:
        return f"{below} or more"
    return f"up to {above}" if above else ""


def ratio(value: Json) -> str:
    """Return a Ratio: a speed, a strength, or two bare numbers.

    >>> ratio({"numerator": {"value": 5, "unit": "mg"}, "denominator": {"value": 1, "unit": "h"}})
    '5 mg in each hour'
    """
    numerator, denominator = _side(value, "numerator"), _side(value, "denominator")
    above, below = quantity(numerator), quantity(denominator)
    if not above or not below:
        return above
    if not unit(numerator) and not unit(denominator):
        return f"{above}:{below}"
    name = unit(denominator)
    return (
        f"{above} in each {_SINGULARS.get(name, name)}"
        if _is_one(denominator)
        else (f"{above} in {below}")
    )


def _is_one(value: Json) -> bool:
    return number(value.get("value")) in {"1", "1.0"} and bool(unit(value))


def _side(value: Json, name: str) -> Json:
    side = value.get(name)
    return side if isinstance(side, dict) else {}


_SINGULARS: Final = {
    many: many.removesuffix("s")
    for many in (
        "years", "months", "weeks", "days", "hours", "minutes", "seconds", "tablets", "capsules",
        "micrograms", "units",
    )
} | {"inches": "inch"}  # fmt: skip

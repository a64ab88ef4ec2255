"""Usual ranges as a laboratory prints them, and the flag it puts beside a value."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

Flag = Literal["", "L", "H", "LL", "HH", "A"]
Sex = Literal["F", "M"]

_WHO: Final = re.compile(r"(?P<sex>[FM]?)(?:(?P<age>\d+)\+)?")


@dataclass(frozen=True)
class Usual:
    """The usual range of some people: those of this sex, from this age on."""

    low: Decimal | None = None
    high: Decimal | None = None
    sex: str = ""
    from_age: int = 0

    @property
    def text(self) -> str:
        if self.low is None:
            return "" if self.high is None else f"<{self.high}"
        return f">{self.low}" if self.high is None else f"{self.low} - {self.high}"


NONE: Final = Usual()


def read_usual(text: str) -> Usual:
    """``F12+ 115-165``, ``<0.41`` or ``>60``, as the catalogue writes them."""
    who, _, limits = text.strip().rpartition(" ")
    described = _WHO.fullmatch(who)
    if described is None:
        raise ValueError(f"not a usual range: {text!r}")
    sex, age = described["sex"], int(described["age"] or 0)
    if limits.startswith("<"):
        return Usual(None, Decimal(limits[1:]), sex, age)
    if limits.startswith(">"):
        return Usual(Decimal(limits[1:]), None, sex, age)
    low, high = limits.split("-")
    return Usual(Decimal(low), Decimal(high), sex, age)


def usual_for(ranges: tuple[Usual, ...], sex: Sex, age: int) -> Usual:
    """The narrowest description of a person wins: sex before age."""
    fitting = (usual for usual in ranges if usual.sex in {"", sex} and usual.from_age <= age)
    return max(fitting, key=lambda usual: (usual.from_age, bool(usual.sex)), default=NONE)


@dataclass(frozen=True)
class Alarm:
    """Values that a laboratory rings the ward about."""

    low: Decimal | None = None
    high: Decimal | None = None


CALM: Final = Alarm()


def read_alarm(text: str) -> Alarm:
    """``70 below``, ``6.5 above`` or both, as the catalogue writes them."""
    words = text.split()
    limits = dict(zip(words[1::2], map(Decimal, words[::2]), strict=True))
    return Alarm(limits.get("below"), limits.get("above"))


def flag_of(value: Decimal, usual: Usual, alarm: Alarm = CALM, comparator: str = "") -> Flag:
    """``<5`` is below what can be measured: never high, whatever the limit."""
    if alarm.low is not None and value <= alarm.low:
        return "LL"
    if alarm.high is not None and value >= alarm.high:
        return "HH"
    if _is_low(value, usual, comparator):
        return "L"
    return "H" if _is_high(value, usual, comparator) else ""


def _is_low(value: Decimal, usual: Usual, comparator: str) -> bool:
    if usual.low is None or comparator == ">":
        return False
    open_end = usual.high is None  # ">60" leaves out 60 itself; "115 - 165" holds 115
    return value <= usual.low if open_end or comparator == "<" else value < usual.low


def _is_high(value: Decimal, usual: Usual, comparator: str) -> bool:
    if usual.high is None or comparator == "<":
        return False
    open_end = usual.low is None
    return value >= usual.high if open_end or comparator == ">" else value > usual.high

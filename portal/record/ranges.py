"""The usual range of a value: its words, and where a value lies.

A range is kept as it was sent. A value such as "<5" is anything below 5: it is placed only where
all of it lies on one side.
"""

import enum
from dataclasses import dataclass
from decimal import Decimal


class Side(enum.StrEnum):
    """Where a value lies with regard to its usual range."""

    BELOW = "below"
    WITHIN = "within"
    ABOVE = "above"


@dataclass(frozen=True, slots=True)
class Range:
    """The limits as they were sent; a limit is itself usual unless it is open, as in "<0.41"."""

    low: Decimal | None = None
    high: Decimal | None = None
    low_open: bool = False
    high_open: bool = False
    text: str = ""

    @property
    def has_limits(self) -> bool:
        return self.low is not None or self.high is not None

    @property
    def said(self) -> str:
        """Return the range in words, or as it was sent where it is no number.

        >>> Range(Decimal("3.80"), Decimal("5.80")).said, Range(high=Decimal(5)).said
        ('3.80 to 5.80', 'up to 5')
        """
        if self.low is not None and self.high is not None:
            return f"{digits(self.low)} to {digits(self.high)}"
        if self.high is not None:
            return f"{'less than' if self.high_open else 'up to'} {digits(self.high)}"
        if self.low is not None:
            low = digits(self.low)
            return f"more than {low}" if self.low_open else f"{low} or more"
        return self.text

    def side(self, number: Decimal, comparator: str = "") -> Side | None:
        """Return where the value lies, or nothing where that cannot be said."""
        if not self.has_limits:
            return None
        if comparator.startswith("<"):
            return self._side_of_less_than(number, strict=comparator == "<")
        if comparator.startswith(">"):
            return self._side_of_more_than(number, strict=comparator == ">")
        if self._is_below(number):
            return Side.BELOW
        return Side.ABOVE if self._is_above(number) else Side.WITHIN

    def _side_of_less_than(self, limit: Decimal, *, strict: bool) -> Side | None:
        if self.low is not None:
            all_below = self._is_below(limit) or (strict and limit == self.low)
            return Side.BELOW if all_below else None
        all_within = not self._is_above(limit) or (strict and limit == self.high)
        return Side.WITHIN if all_within else None

    def _side_of_more_than(self, limit: Decimal, *, strict: bool) -> Side | None:
        if self.high is not None:
            all_above = self._is_above(limit) or (strict and limit == self.high)
            return Side.ABOVE if all_above else None
        all_within = not self._is_below(limit) or (strict and limit == self.low)
        return Side.WITHIN if all_within else None

    def _is_below(self, number: Decimal) -> bool:
        return self.low is not None and (
            number < self.low or (self.low_open and number == self.low)
        )

    def _is_above(self, number: Decimal) -> bool:
        return self.high is not None and (
            number > self.high or (self.high_open and number == self.high)
        )


def digits(number: Decimal) -> str:
    """Return the digits as they were sent, never with an exponent.

    >>> digits(Decimal("1.50")), digits(Decimal("2E+3"))
    ('1.50', '2000')
    """
    return f"{number:f}"

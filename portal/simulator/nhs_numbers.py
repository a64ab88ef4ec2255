"""NHS numbers for people who do not exist: only from 999, the range that is never issued."""

from random import Random

_WEIGHTS = range(10, 1, -1)
_MODULUS = 11


def check_digit(nine: str) -> int | None:
    """The tenth digit, or None where these nine can never be an NHS number."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, nine, strict=True))
    digit = (_MODULUS - total % _MODULUS) % _MODULUS
    return None if digit == _MODULUS - 1 else digit


def an_nhs_number(throw: Random) -> str:
    while True:
        nine = f"999{throw.randrange(200_000, 1_000_000)}"
        if (digit := check_digit(nine)) is not None:
            return f"{nine}{digit}"

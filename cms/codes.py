"""The code systems by which a page about a test is found.

A mistyped code would leave a page that nobody ever meets, so LOINC and SNOMED CT codes are
tried by their own check digits before they are kept.
"""

from __future__ import annotations

import re
from itertools import cycle

from django.db import models

LOINC = "http://loinc.org"
SNOMED_CT = "http://snomed.info/sct"

Code = tuple[str, str]

_LOINC = re.compile(r"(\d{1,7})-(\d)")
_SNOMED_CT = re.compile(r"[1-9]\d{5,17}")

# Verhoeff's dihedral scheme, which SNOMED CT uses: the product table and its permutation.
_PRODUCT = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 2, 3, 4, 0, 6, 7, 8, 9, 5),
    (2, 3, 4, 0, 1, 7, 8, 9, 5, 6),
    (3, 4, 0, 1, 2, 8, 9, 5, 6, 7),
    (4, 0, 1, 2, 3, 9, 5, 6, 7, 8),
    (5, 9, 8, 7, 6, 0, 4, 3, 2, 1),
    (6, 5, 9, 8, 7, 1, 0, 4, 3, 2),
    (7, 6, 5, 9, 8, 2, 1, 0, 4, 3),
    (8, 7, 6, 5, 9, 3, 2, 1, 0, 4),
    (9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
)
_PERMUTATION = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


class System(models.TextChoices):
    LOINC = LOINC, "LOINC"
    SNOMED_CT = SNOMED_CT, "SNOMED CT"
    LOCAL = "local", "Laboratory's own code"


def refusal_of_code(system: str, code: str) -> str | None:
    """Return why ``code`` cannot be one of ``system``, or nothing."""
    if system == System.LOINC and not _is_loinc(code):
        return (
            f"{code} is not a LOINC code. They look like 718-7, and the last digit checks the rest."
        )
    if system == System.SNOMED_CT and not _is_snomed_ct(code):
        return f"{code} is not a SNOMED CT code. Check each digit: the last one checks the rest."
    return None


def _is_loinc(code: str) -> bool:
    found = _LOINC.fullmatch(code)
    return found is not None and _luhn(found[1]) == int(found[2])


def _luhn(digits: str) -> int:
    total = 0
    for digit, factor in zip(reversed(digits), cycle((2, 1)), strict=False):
        total += sum(divmod(int(digit) * factor, 10))
    return -total % 10


def _is_snomed_ct(code: str) -> bool:
    return bool(_SNOMED_CT.fullmatch(code)) and _verhoeff_holds(code)


def _verhoeff_holds(digits: str) -> bool:
    check = 0
    for place, digit in enumerate(reversed(digits)):
        turned = int(digit)
        for _ in range(place % 8):
            turned = _PERMUTATION[turned]
        check = _PRODUCT[check][turned]
    return check == 0

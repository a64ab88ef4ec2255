"""Names as they are compared: without case, accents or double spaces."""

import unicodedata
from typing import Final

# Letters that Unicode does not take apart into a letter and an accent.
_LETTERS: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ħ": "h", "ı": "i"}
)


def folded(text: str) -> str:
    """Return a name as it is compared: without case, accents or double spaces.

    >>> folded("Łucja  O'Siobán")
    "lucja o'sioban"
    """
    lowered = text.casefold()
    if not lowered.isascii():
        parts = unicodedata.normalize("NFKD", lowered.translate(_LETTERS))
        lowered = "".join(part for part in parts if not unicodedata.combining(part)).casefold()
    return " ".join(lowered.split())

"""Where lines and fields stand in the bytes of a message; nothing is copied to find them."""

import re
from collections.abc import Iterator

# The space before a line, the line, and its name where it is a segment's. No message ends in space,
# so that none of this is tried in vain.
_BY_CR = re.compile(rb"[\r\n \t]*+((?=([A-Z][A-Z0-9]{2})?)[^\r]+)")
_BY_LF = re.compile(rb"[\n \t]*+((?=([A-Z][A-Z0-9]{2})?)[^\n]+)")


def lines_of(raw: bytes) -> Iterator[re.Match[bytes]]:
    """Find each line (1) and its name (2). In a message with any CR, a lone LF is data."""
    return (_BY_CR if b"\r" in raw else _BY_LF).finditer(raw)


def spans(raw: bytes, start: int, last: int, mark: bytes, most: int) -> Iterator[tuple[int, int]]:
    """Yield where the fields of a segment stand, `most` of them at the most."""
    for _ in range(most):
        end = raw.find(mark, start, last)
        yield start, last if end < 0 else end
        if end < 0:
            break
        start = end + 1

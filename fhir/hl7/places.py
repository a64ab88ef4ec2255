"""Where lines and fields stand in the bytes of a message; nothing is copied to find them."""

import re
from collections.abc import Iterator

# A line and the space before it; no message ends in space, so that neither ever fails far on.
_BY_CR = re.compile(rb"[\r\n \t]*+([^\r]+)")
_BY_LF = re.compile(rb"[\n \t]*+([^\n]+)")


def lines_of(raw: bytes) -> Iterator[tuple[int, int]]:
    """Yield where each segment stands. In a message with any CR, a lone LF is data and is kept."""
    line = _BY_CR if b"\r" in raw else _BY_LF
    for found in line.finditer(raw):
        yield found.span(1)


def spans(
    raw: bytes, start: int, last: int, mark: bytes, most: int
) -> Iterator[tuple[bytes, int, int]]:
    """Yield where the fields of a segment stand, `most` of them at the most."""
    for _ in range(most):
        end = raw.find(mark, start, last)
        yield raw, start, last if end < 0 else end
        if end < 0:
            break
        start = end + 1

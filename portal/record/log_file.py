"""The log of who looked as a file for a spreadsheet, line by line as it is read."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

COLUMNS = ("Date", "Time", "Who", "Role", "What they did", "Emergency access", "Your question")
# What a spreadsheet takes for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_LINES_AT_ONCE = 100


class _Line:
    """What the writer writes to: it hands each line back."""

    def write(self, text: str) -> str:
        return text


def csv_of(rows: Iterable[Sequence[str]], columns: Sequence[str] = COLUMNS) -> Iterator[bytes]:
    """Give the file in pieces; it begins with the mark by which spreadsheets know UTF-8."""
    writer = csv.writer(_Line())
    yield ("\ufeff" + writer.writerow(columns)).encode()
    due = iter(rows)
    while some := list(islice(due, _LINES_AT_ONCE)):
        yield "".join(writer.writerow([safe(cell) for cell in row]) for row in some).encode()


def safe(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula.

    >>> safe("=1+1"), safe("Dr Nair")
    ("'=1+1", 'Dr Nair')
    """
    return f"'{cell}" if cell.lstrip(" ").startswith(_FORMULA) else cell

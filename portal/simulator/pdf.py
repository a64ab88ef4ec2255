"""A letter as PDF, written by hand: one typeface, black on white, as many pages as it needs."""

from collections.abc import Iterator, Sequence
from typing import Final

_PAGE: Final = (595, 842)  # A4, in points
_MARGIN: Final = 72
_SIZE: Final = 11
_LEADING: Final = 16
_LINES: Final = (_PAGE[1] - 2 * _MARGIN) // _LEADING
_LETTERS_A_LINE: Final = 84


def pdf_of(paragraphs: Sequence[str]) -> bytes:
    """Paragraphs, an empty one being an empty line."""
    lines = [line for paragraph in paragraphs for line in _wrapped(paragraph)]
    pages = [lines[start : start + _LINES] for start in range(0, len(lines), _LINES)] or [[]]
    return _file(list(_objects(pages)))


def _objects(pages: list[list[str]]) -> Iterator[bytes]:
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    width, height = _PAGE
    yield b"<< /Type /Catalog /Pages 2 0 R /Lang (en-GB) >>"
    yield f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode()
    yield b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
    for number, lines in enumerate(pages):
        yield (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] "
            f"/Resources << /Font << /F1 3 0 R >> >> /Contents {5 + 2 * number} 0 R >>"
        ).encode()
        text = _text(lines)
        yield b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text)


def _text(lines: list[str]) -> bytes:
    top = _PAGE[1] - _MARGIN
    start = f"BT /F1 {_SIZE} Tf {_LEADING} TL {_MARGIN} {top} Td\n".encode()
    return start + b"".join(b"(%s) Tj T*\n" % _escaped(line) for line in lines) + b"ET"


def _escaped(line: str) -> bytes:
    raw = line.encode("cp1252", "replace")
    return raw.replace(b"\\", rb"\\").replace(b"(", rb"\(").replace(b")", rb"\)")


def _wrapped(paragraph: str) -> Iterator[str]:
    line = ""
    for word in paragraph.split():
        if line and len(line) + 1 + len(word) > _LETTERS_A_LINE:
            yield line
            line = word
        else:
            line = f"{line} {word}".strip()
    yield line


def _file(objects: list[bytes]) -> bytes:
    written = b"%PDF-1.4\n"
    starts = []
    for number, body in enumerate(objects, start=1):
        starts.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % start for start in starts)
    size = len(objects) + 1
    return (
        written
        + b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
        + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(written))
    )

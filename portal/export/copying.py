"""One part of a copy as files in a folder of its own: web pages, PDFs, and resources by line.

What is in memory is one page of the record. A part that fails leaves nothing in the copy.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from fhir.store import Stored
from portal import printing
from portal.export.items import Item, item_of
from portal.export.parts import Part

ENTRIES = "entries.ndjson"
# Beyond these a part's web pages hold everything, and its PDF is left out by name.
MOST_PRINTED = 1_000
LONGEST_PRINT = 400_000  # letters of markup


@dataclass(slots=True)
class PartWriter:
    """Writes one part into `folder` and counts what it holds; `cover` is on each of its pages."""

    part: Part
    folder: Path
    cover: Mapping[str, Any]
    count: int = 0
    by_type: Counter[str] = field(default_factory=Counter)
    pages: list[str] = field(default_factory=list)
    prints: list[str] = field(default_factory=list)
    files: int = 0
    is_printed_whole: bool = True

    def write(self, page: list[Stored], names: Mapping[str, str]) -> None:
        """Add one page of the record; `names` says what its references point to."""
        with (self.folder / ENTRIES).open("a", encoding="utf-8") as entries:
            entries.writelines(f"{entry_of(stored)}\n" for stored in page)
        items = [item_of(stored, names, self._keep) for stored in page]
        self.count += len(page)
        self.by_type.update(stored.resource_type for stored in page)
        self._lay_out(items)

    def _keep(self, ending: str, content: bytes) -> str:
        """Keep a file that came with a resource; return where it is beside the pages."""
        self.files += 1
        name = f"{self.part.key}-file-{self.files}.{ending}"
        (self.folder / name).write_bytes(content)
        return name

    def _lay_out(self, items: list[Item]) -> None:
        stem = f"{self.part.key}-{len(self.pages) + 1}"
        context = {**self.cover, "part": self.part, "items": items, "number": len(self.pages) + 1}
        html = render_to_string("export/copy/part.html", context)
        (self.folder / f"{stem}.html").write_text(html, "utf-8")
        self.pages.append(f"{stem}.html")
        if not printing.is_available() or len(html) > LONGEST_PRINT or self.count > MOST_PRINTED:
            self.is_printed_whole = False
        else:
            (self.folder / f"{stem}.pdf").write_bytes(printing.pdf(html))
            self.prints.append(f"{stem}.pdf")


def entry_of(stored: Stored) -> str:
    """Return a bundle's entry on one line, the resource as the store gives it."""
    address = f"{settings.BASE_URL}/fhir/R4/{stored.resource_type}/{stored.id}"
    # Line ends stand only between the elements of JSON: within a text they are escaped.
    text = stored.text.replace("\r", "").replace("\n", " ")
    return f'{{"fullUrl":{json.dumps(address)},"resource":{text}}}'

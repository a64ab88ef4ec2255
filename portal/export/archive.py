"""The file itself: what was written of each part, and a manifest that counts or names all of it."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from zipfile import ZIP_DEFLATED, ZipFile

BUNDLE, MANIFEST, START = "fhir/record.json", "manifest.json", "index.html"
WEB, PRINT = "web/", "print/"
_CHUNK = 1 << 16


class Archive:
    """A ZIP that is being written: as a stream, with size and SHA-256 of each file in it."""

    def __init__(self, path: Path) -> None:
        self.files: list[dict[str, Any]] = []
        self._zip = ZipFile(path, "x", ZIP_DEFLATED)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._zip.close()

    def add(self, name: str, source: Path) -> None:
        with source.open("rb") as content:
            self._stream(name, iter(lambda: content.read(_CHUNK), b""))

    def add_text(self, name: str, text: str) -> None:
        self._stream(name, [text.encode()])

    def add_bundle(self, made_at: str, sources: Iterable[Path]) -> int:
        """Write a FHIR Bundle of the entries that stand on the lines of `sources`; count them."""
        counted = 0

        def pieces() -> Iterable[bytes]:
            nonlocal counted
            head = {"resourceType": "Bundle", "type": "collection", "timestamp": made_at}
            yield json.dumps(head).encode()[:-1]
            for source in sources:
                with source.open("rb") as lines:
                    for line in lines:
                        yield (b",\n" if counted else b',"entry":[\n') + line.rstrip(b"\n")
                        counted += 1
            yield b"\n]}" if counted else b"}"

        self._stream(BUNDLE, pieces())
        return counted

    def _stream(self, name: str, pieces: Iterable[bytes]) -> None:
        digest, size = hashlib.sha256(), 0
        with self._zip.open(name, "w") as member:
            for piece in pieces:
                member.write(piece)
                digest.update(piece)
                size += len(piece)
        self.files.append({"name": name, "size": size, "sha256": digest.hexdigest()})


def names_any(path: Path, ids: Iterable[str]) -> bool:
    """Whether a finished copy says anything of the resources of these ids."""
    wanted = [one.encode() for one in ids]
    if not wanted:
        return False
    with ZipFile(path) as archive, archive.open(BUNDLE) as lines:
        return any(one in line for line in lines for one in wanted)

"""Sample data that is not part of the project: tests that need it are skipped, by name, without."""

import gzip
import os
from pathlib import Path

import pytest

FOLDER = Path(os.environ.get("SAMPLE_DATA", "../shared/data"))


def needs(name: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(
        not (FOLDER / name).exists(), reason=f"sample data {name} is not in {FOLDER}"
    )


def paths(pattern: str) -> list[Path]:
    return sorted(FOLDER.glob(pattern))


def content(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()

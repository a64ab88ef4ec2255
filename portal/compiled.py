"""Keeps what templates compile to, so that not each process that starts compiles them anew.

There are hundreds, at some hundredths of a second each: a person would wait for those of the first
page they open. Where the folder cannot be written, each process compiles for itself.
"""

import pickle
from collections.abc import Mapping
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

from jinja2.bccache import Bucket, FileSystemBytecodeCache

COMPILERS = ("jinja2", "wagtail")  # the second for its tags


class Compiled(FileSystemBytecodeCache):
    """Files in a folder of ours alone: what is in them is run."""

    def __init__(self, folder: Path, options: Mapping[str, Any]) -> None:
        super().__init__(str(folder))
        self._compiled_by = _compiled_by(options)
        with suppress(OSError):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def get_source_checksum(self, source: str) -> str:
        return super().get_source_checksum(f"{self._compiled_by}\n{source}")

    def load_bytecode(self, bucket: Bucket) -> None:
        try:
            super().load_bytecode(bucket)
        except (OSError, EOFError, pickle.UnpicklingError):  # away, or cut short by a full disk
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            super().dump_bytecode(bucket)


def _compiled_by(options: Mapping[str, Any]) -> str:
    """Return what decides, besides a template, what it compiles to."""
    plain = sorted((key, one) for key, one in options.items() if isinstance(one, bool | list))
    return f"{[version(name) for name in COMPILERS]} {plain}"

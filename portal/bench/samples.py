"""Where published records for measuring are: not part of the project."""

import os
from pathlib import Path

from django.core.management import CommandError

from portal.database import ROOT

FOLDER = Path(os.environ.get("SAMPLE_DATA", ROOT.parent / "shared" / "data"))


def files(folder: str, pattern: str) -> list[Path]:
    """Return the files of one collection.

    :raises CommandError: they are not here.
    """
    if found := sorted((FOLDER / folder).glob(pattern)):
        return found
    raise CommandError(f"No {pattern} of {folder} here: set SAMPLE_DATA to where it is.")

"""Where copies are kept: outside of all that is served, under names that tell nothing."""

import secrets
import shutil
from pathlib import Path
from uuid import UUID

from django.conf import settings


def folder() -> Path:
    found = Path(settings.EXPORTS_FOLDER)
    found.mkdir(mode=0o700, parents=True, exist_ok=True)
    return found


def new_name() -> str:
    return f"{secrets.token_urlsafe(24)}.zip"


def path_of(name: str) -> Path:
    return folder() / Path(name).name


def workshop(run: UUID) -> Path:
    """Return an empty folder for one run of the work."""
    found = folder() / f"{run}.work"
    found.mkdir(mode=0o700)
    return found


def clear(run: UUID) -> None:
    shutil.rmtree(folder() / f"{run}.work", ignore_errors=True)


def remove(name: str) -> None:
    if name:
        path_of(name).unlink(missing_ok=True)


def sweep(kept: set[str]) -> None:
    """Remove what nobody's row names: what a worker left that was killed."""
    for found in folder().iterdir():
        if found.name in kept:
            continue
        if found.is_dir():
            shutil.rmtree(found, ignore_errors=True)
        else:
            found.unlink(missing_ok=True)

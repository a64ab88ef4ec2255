"""Finds the Chromium that journeys run in, or installs it. Never none: that is an error.

``python -m tests.browser`` prints where it is.
"""

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from portal import database

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


class NoBrowser(RuntimeError):
    """No Chromium, and none could be installed; the message says what was tried."""


def chromium() -> str:
    """Return the path of a Chromium, installing one where there is none."""
    database.DATA.mkdir(exist_ok=True)
    with (database.DATA / "browser.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _given() or _on_path() or _installed()


def _given() -> str | None:
    given = os.environ.get("CHROMIUM")
    if given and not Path(given).exists():
        raise NoBrowser(f"CHROMIUM names {given}, which does not exist.")
    return given or None


def _on_path() -> str | None:
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def _installed() -> str:
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _do("apt-get", "update", "--quiet")
        _do("apt-get", "install", "--yes", "--quiet", "--no-install-recommends", "chromium")
        if found := _on_path():
            return found
        raise NoBrowser("apt-get installed chromium, but it is not on the PATH.")
    _do(sys.executable, "-m", "playwright", "install", "chromium")
    return _of_playwright()


def _of_playwright() -> str:
    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def _do(*command: str) -> None:
    # What it says goes to the error stream: the standard one carries the path alone.
    done = subprocess.run(command, check=False, stdout=sys.stderr, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise NoBrowser(f"No Chromium here, and `{' '.join(command)}` could not install one.")


if __name__ == "__main__":
    try:
        print(chromium())  # noqa: T201 (what it is for)
    except NoBrowser as reason:
        sys.exit(str(reason))

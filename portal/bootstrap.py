"""Makes the environment in which everything else runs, once for each state of the locked lists.

Standard library only, and readable by any Python 3: this runs before anything is installed.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

OLDEST = (3, 11)
ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
SERVICE = ROOT / "requirements.lock"
TESTS = ROOT / "requirements-test.lock"  # holds all of SERVICE too
NEED_TESTS = frozenset({"test", "tidy", "lock", "bench", "makemigrations"})


def enter(arguments: list[str]) -> None:
    """Return inside the project's environment, making or renewing it first where needed.

    ``BOOTSTRAP=no`` leaves everything as it is: for containers, which install by themselves.
    """
    if sys.version_info < OLDEST:
        sys.exit("Daybook needs Python 3.11 or newer; this is {}.{}.".format(*sys.version_info[:2]))
    if os.environ.get("BOOTSTRAP") == "no":
        return
    needed = TESTS if arguments[1:2] and arguments[1] in NEED_TESTS else SERVICE
    if not _is_installed(needed):
        with _one_at_a_time():
            if not _is_installed(needed):
                _install(needed)
    if Path(sys.prefix).resolve() != VENV.resolve():
        sys.stdout.flush()
        os.execv(PYTHON, [str(PYTHON), *arguments])  # noqa: S606 (our own arguments, once more)


def _is_installed(lock: Path) -> bool:
    stamps = [_stamp(lock)] if lock == TESTS else [_stamp(lock), _stamp(TESTS)]
    return PYTHON.exists() and any(stamp.exists() for stamp in stamps)


def _stamp(lock: Path) -> Path:
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()[:16]
    return VENV / f"installed-{lock.stem}-{digest}"


def _install(lock: Path) -> None:
    uv = shutil.which("uv")
    if not (PYTHON.exists() and any(VENV.glob("installed-*"))):
        _step("Making the environment", _command_to_make(uv))
    _step(f"Installing {lock.name}", _command_to_install(uv, lock))
    for stale in VENV.glob("installed-*"):
        stale.unlink()
    _stamp(lock).touch()


def _command_to_make(uv: str | None) -> list[str]:
    if uv:
        return [uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(VENV)]
    if importlib.util.find_spec("ensurepip") is None:
        sys.exit(
            "This Python cannot make environments. Mend it with:\n"
            "  apt-get install python{}.{}-venv".format(*sys.version_info[:2])
        )
    return [sys.executable, "-m", "venv", "--clear", str(VENV)]


def _command_to_install(uv: str | None, lock: Path) -> list[str]:
    listed = ["--require-hashes", "--no-deps", "--requirement", str(lock)]
    if uv:
        return [uv, "pip", "install", "--quiet", "--compile", "--python", str(PYTHON), *listed]
    quiet = ["--quiet", "--quiet", "--disable-pip-version-check", "--no-input", "--prefer-binary"]
    return [str(PYTHON), "-m", "pip", "install", *quiet, *listed]


def _step(name: str, command: list[str]) -> None:
    print(f"{name} …", end=" ", flush=True)
    began = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, check=False)  # noqa: S603 (our own command)
    if done.returncode:
        sys.exit(f"\n{name} failed: see above. Run the same command again once it is mended.")
    print(f"{time.monotonic() - began:.0f} s", flush=True)


class _one_at_a_time:  # noqa: N801 (read as a phrase)
    """Holds a lock between processes, where the platform has one."""

    def __enter__(self) -> None:
        folder = ROOT / ".data"
        folder.mkdir(exist_ok=True)
        self.held = (folder / "bootstrap.lock").open("ab")
        if importlib.util.find_spec("fcntl"):
            import fcntl

            fcntl.flock(self.held, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        self.held.close()

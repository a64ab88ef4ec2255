"""The one list of what must hold before a change is taken: seconds first, minutes last."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from ctypes.util import find_library
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from portal import database
from portal.bootstrap import ROOT, TESTS
from portal.postgres import Server

PYTHON = sys.executable
TEMPLATES = ["portal/jinja2", "portal/templates", "cms/jinja2"]
JOURNEYS = "tests/journeys"
# Four workers use two cores while some wait for a browser or a process. A file stays with one
# worker, in the order of tests/conftest.py: those whose tests wait begin first.
WORKERS = ["-n", "4", "--dist", "loadfile", "--no-loadscope-reorder"]
LANES = 2
# Databases are made and dropped by the hundred: kept in memory where there is room for gigabytes.
MEMORY = Path("/dev/shm")  # noqa: S108 (a folder of our own there, which others cannot write)
ROOM = 6 * 2**30
# The shape of a real deployment, so that Django's own deployment checks have their say.
PRODUCTION = {
    "PUBLIC_HOST": "daybook.example",
    "SECRET_KEY": "for-this-check-only-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFG",
    "DATABASE_URL": "postgresql://daybook_app@database.example/daybook",
    "EMAIL_HOST": "mail.example",
    "LOG_LEVEL": "WARNING",
}
# What a person may have set for a service of their own must not reach the checks.
NOT_OURS = {"DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_ROLE", "PUBLIC_HOST", "DEBUG"}
# Nor may this: tests start the service some eighty times, and would compile it anew each time.
NOT_OURS |= {"PYTHONDONTWRITEBYTECODE"}


@dataclass(frozen=True)
class Check:
    name: str
    command: list[str]
    settings: Mapping[str, str] = field(default_factory=dict)

    def passes(self, settings: Mapping[str, str]) -> bool:
        """Run it, and show what it said where it fails."""
        done = subprocess.run(  # noqa: S603 (our own)
            self.command, cwd=ROOT, env=_environment({**settings, **self.settings}),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        said = f"\n{done.stdout}" if done.returncode else ""
        print(f"▸ {self.name}: {'fails' if done.returncode else 'ok'}{said}", flush=True)
        return done.returncode == 0


def run(*, quick: bool) -> int:
    """Run every check to its end, tests last; return the exit code."""
    with _databases() as settings:
        failed = _failed([*CHECKS, *BEFORE_TESTS], settings)
        if failed:
            print("\n▸ failed before the tests:", ", ".join(failed), flush=True)
        tested = run_tests(["tests"], quick=quick, settings=settings)
    return tested or int(bool(failed))


def run_tests(
    arguments: list[str], *, quick: bool, settings: Mapping[str, str] | None = None
) -> int:
    print("\n▸ tests", flush=True)
    given = dict(settings or {})
    if quick:
        arguments = [*arguments, f"--ignore={JOURNEYS}"]
    else:
        given["CHROMIUM"] = _browser()
    _provide_pango()
    return _run([PYTHON, "-m", "pytest", *WORKERS, *arguments], given)


def _failed(checks: Sequence[Check], settings: Mapping[str, str]) -> list[str]:
    with ThreadPoolExecutor(LANES) as lanes:
        passed = lanes.map(lambda check: check.passes(settings), checks)
        _audit_dependencies()
        return [check.name for check, passes in zip(checks, passed, strict=True) if not passes]


@contextmanager
def _databases() -> Iterator[dict[str, str]]:
    """Keep a server for all checks; yield the settings that lead to it."""
    is_roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM
    if not is_roomy:
        with _kept(database.own_server()):
            yield {}
        return
    with TemporaryDirectory(prefix="daybook-", dir=MEMORY, ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)  # the server's account enters it
        with _kept(Server(Path(folder))):
            yield {"DATA_FOLDER": folder}


@contextmanager
def _kept(server: Server) -> Iterator[None]:
    database.keep(server)
    try:
        yield
    finally:
        server.leave(os.getpid())


def tidy() -> int:
    """Format and mend what can be mended; what is left is printed."""
    commands = [
        _tool("ruff", "check", "--fix", "."),
        _tool("ruff", "format", "."),
        _tool("djlint", "--quiet", "--lint", *_template_folders()),
    ]
    return max([_run(command) for command in commands])


def _tool(name: str, *arguments: str) -> list[str]:
    return [str(Path(PYTHON).parent / name), *arguments]


def _template_folders() -> list[str]:
    return [folder for folder in TEMPLATES if (ROOT / folder).is_dir()]


def _manage(*arguments: str) -> list[str]:
    return [PYTHON, "manage.py", *arguments]


def _run(command: list[str], settings: Mapping[str, str] | None = None) -> int:
    environment = _environment(settings or {})
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode  # noqa: S603 (our own)


def _environment(settings: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
    return kept | dict(settings)


def _audit_dependencies() -> None:
    """Say which locked dependencies have known holes, where the network lets us ask.

    It does not fail the run: news from outside is not the fault of the change that is checked.
    """
    listed = ["--disable-pip", "--no-deps", "--requirement", str(TESTS)]
    asked = subprocess.run(  # noqa: S603 (our own)
        _tool("pip-audit", "--progress-spinner", "off", *listed),
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    found = [line for line in asked.stderr.splitlines() if "known vulnerabilit" in line]
    said = f"\n{asked.stdout}" if asked.returncode and found else ""
    print(f"▸ dependencies: {found[-1] if found else 'could not be asked about'}{said}", flush=True)


def _browser() -> str:
    command = [PYTHON, "-m", "tests.browser"]
    found = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603 (our own)
    if found.returncode:
        sys.exit("The journeys need a browser: see above, or leave them out with --quick.")
    return found.stdout.strip().splitlines()[-1]


def _provide_pango() -> None:
    """Install what tagged PDFs are made with, where we may; else say which tests go without."""
    if find_library("pango-1.0"):
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _run(["apt-get", "update", "--quiet"])
        wanted = ["libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"]
        _run(["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", *wanted])
    if not find_library("pango-1.0"):
        print("Pango is not here: the tests of tagged PDF are left out, by name.", flush=True)


CHECKS = [
    Check("formatting", _tool("ruff", "format", "--check", "--quiet", ".")),
    Check("lint", _tool("ruff", "check", "--quiet", ".")),
    # Linted, not formatted: the formatter moves white space that readers would see.
    Check("templates", _tool("djlint", "--quiet", "--lint", *_template_folders())),
    Check("who imports whom", _tool("lint-imports", "--no-logo")),
    Check("types", _tool("mypy")),
    Check(
        "deployment", _manage("check", "--deploy", "--fail-level", "WARNING"), settings=PRODUCTION
    ),
    Check("migrations", _manage("makemigrations", "--check", "--dry-run")),
]
# What all workers would otherwise do at once, each for itself or waiting for one of them.
BEFORE_TESTS = [
    Check("a database for the tests", [PYTHON, "-m", "tests.databases"]),
    Check("the tests can be read", [PYTHON, "-m", "pytest", "--collect-only", "-qq", "tests"]),
]

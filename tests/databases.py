"""The databases that tests use: one template for each set of migrations, and clones of it.

Tests always run on the checkout's own server, whatever ``DATABASE_URL`` says.

``python -m tests.databases`` makes the template.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count

import psycopg
from django.conf import settings
from django.db import connections
from psycopg import sql

from portal import database
from portal.postgres import Server

PREFIX = "daybook_test"
KEPT_UNUSED = 3600  # seconds after which a template of other migrations is dropped
_numbers = count()


def connection_to(name: str, server: Server | None = None) -> dict[str, object]:
    folder = (server or database.own_server()).socket_folder
    return {"NAME": name, "USER": database.APPLICATION, "HOST": str(folder)} | {
        "PASSWORD": "",
        "PORT": "",
    }


@cache
def template() -> str:
    """Return the name of a database with every migration applied, making it where it is missing."""
    database.own_server().join()
    name = f"{PREFIX}_template_{_migrations()}"
    with (database.DATA / "templates.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _exists(name):
            _make(name)
        (database.DATA / name).touch()
        _drop_abandoned(keep=name)
    return name


def clone(of: str = "") -> str:
    """Return the name of a fresh copy of the template, or of another database of ours."""
    name, source = f"{PREFIX}_{os.getpid()}_{next(_numbers)}", of or template()
    with _as_superuser() as connected:
        made = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}")
        names = (sql.Identifier(part) for part in (name, source, database.OWNER))
        connected.execute(made.format(*names))
    return name


def copy_to(server: Server) -> None:
    """Put a copy of the template into a server of its own, which a test may stop."""
    with psycopg.connect(server.url("postgres"), autocommit=True) as connected:
        connected.execute((database.PREPARATION / "roles.sql").read_bytes())
        connected.execute(f"CREATE DATABASE {database.NAME} OWNER {database.OWNER}")
    dumped = subprocess.run(
        [server.program("pg_dump"), database.own_server().url(template())],
        check=True, stdout=subprocess.PIPE,
    )  # fmt: skip
    restoring = [server.program("psql"), "--quiet", "--set=ON_ERROR_STOP=1"]
    subprocess.run(
        [*restoring, server.url(database.NAME)],
        input=dumped.stdout, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip


def use(name: str, server: Server | None = None) -> None:
    """Let this process's connections lead to another database."""
    connections.close_all()
    described = connection_to(name, server)
    settings.DATABASES["default"] |= described
    connections["default"].settings_dict |= described


@contextmanager
def lent(of: str = "") -> Iterator[str]:
    """Let this process's connections lead to a clone of its own, and then where they led before."""
    shared = settings.DATABASES["default"]["NAME"]
    name = clone(of)
    use(name)
    try:
        yield name
    finally:
        use(shared)
        drop(name)


def drop(name: str) -> None:
    with _as_superuser() as connected:
        connected.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )


def _make(name: str) -> None:
    unfinished = f"{name}_unfinished"
    drop(unfinished)
    database.prepare(database.own_server(), unfinished)
    settings = {"DATABASE_NAME": unfinished, "DATABASE_URL": "", "DATABASE_OWNER_URL": ""}
    migrated = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity=0"],
        cwd=database.ROOT, env=os.environ | settings, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if migrated.returncode:
        raise RuntimeError(f"The migrations fail:\n{migrated.stderr}")
    with _as_superuser(unfinished) as connected:
        connected.execute("UPDATE daybook_clock SET may_move = true")
    with _as_superuser() as connected:
        renamed = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        connected.execute(renamed.format(sql.Identifier(unfinished), sql.Identifier(name)))


def _migrations() -> str:
    """Return a digest of all that decides what a migrated database looks like."""
    files = [*database.PREPARATION.glob("*.sql"), database.ROOT / "requirements.lock"]
    for app in ("portal", "fhir", "cms"):
        files += (database.ROOT / app / "migrations").rglob("*.[ps][yq]*")
    files = [path for path in files if "__pycache__" not in path.parts]
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def _drop_abandoned(keep: str) -> None:
    """Drop clones whose process has ended, and templates that nobody has used for a while."""
    with _as_superuser() as connected:
        found = connected.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [f"{PREFIX}_"]
        ).fetchall()
    for (name,) in found:
        kind = name.removeprefix(f"{PREFIX}_").split("_")[0]
        if kind.isdigit() and not _lives(int(kind)):
            drop(name)
        if kind == "template" and name != keep and _unused_for(name) > KEPT_UNUSED:
            drop(name)
            (database.DATA / name).unlink(missing_ok=True)


def _unused_for(name: str) -> float:
    used = database.DATA / name.removesuffix("_unfinished")
    return time.time() - used.stat().st_mtime if used.exists() else float("inf")


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _exists(name: str) -> bool:
    with _as_superuser() as connected:
        found = connected.execute("SELECT FROM pg_database WHERE datname = %s", [name])
        return found.fetchone() is not None


@contextmanager
def _as_superuser(name: str = "postgres") -> Iterator[psycopg.Connection]:
    with psycopg.connect(database.own_server().url(name), autocommit=True) as connected:
        yield connected


if __name__ == "__main__":
    template()

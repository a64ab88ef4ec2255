"""Which database serves, and as whom; without ``DATABASE_URL``, a PostgreSQL server of our own.

Our own server listens on a Unix socket only and is shared by every process of this checkout. Each
holds a shared lock on ``users.lock`` while it lives; whoever leaves last stops the server, and a
process that is killed lets go of its lock, so a server never stops under a process that uses it.
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from portal import env
from portal.postgres import Server

OWNER = "daybook_owner"
APPLICATION = "daybook_app"
NAME = "daybook"
ROOT = Path(__file__).resolve().parent.parent
# What is ours alone: our own server, and what people upload or ask for
DATA = Path(env.text("DATA_FOLDER", str(ROOT / ".data")))
PREPARATION = ROOT / "deploy" / "postgresql"
# A statement that a connection has run so often is planned once, and not each time anew: behind
# row-level security planning costs more than running.
PLANNED_AFTER = 3
# Seconds. Each failure to connect doubles the wait for the next try, until it is given up and asked
# for anew: given up late, a service stays away for as long again as its database was.
PATIENCE = {"timeout": 5, "reconnect_timeout": 2}


def connection() -> dict[str, Any]:
    """Return Django's description of the database, for the role this process has."""
    as_owner = env.text("DATABASE_ROLE") == "owner"
    url = env.secret("DATABASE_URL")
    if as_owner:
        url = env.secret("DATABASE_OWNER_URL", url)
    described = _from_url(url) if url else _own(OWNER if as_owner else APPLICATION)
    if pooled := env.number("DATABASE_POOL", 0):
        described["OPTIONS"]["pool"] = {"min_size": 1, "max_size": pooled} | PATIENCE
    return described


def is_embedded() -> bool:
    return not env.secret("DATABASE_URL")


def own_server() -> Server:
    return Server(DATA)


def attach() -> None:
    """Make sure that the database can be reached; keep our own server alive until we end."""
    if is_embedded():
        keep(own_server())


def keep(server: Server) -> None:
    """Start a server of ours unless it runs, with our database; it runs until we end or leave."""
    server.join()
    if server.needs(_preparation()):
        prepare(server, NAME)
        server.remember(_preparation())


def prepare(server: Server, name: str) -> None:
    """Make the roles, and the database ``name`` with its extensions and default rights."""
    import psycopg
    from psycopg import sql

    with psycopg.connect(server.url("postgres"), autocommit=True) as connected:
        connected.execute((PREPARATION / "roles.sql").read_bytes())
        known = connected.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchone()
        if known is None:
            made = sql.SQL("CREATE DATABASE {} OWNER {}")
            connected.execute(made.format(sql.Identifier(name), sql.Identifier(OWNER)))
    with psycopg.connect(server.url(name), autocommit=True) as connected:
        connected.execute((PREPARATION / "database.sql").read_bytes())


def _preparation() -> str:
    return "".join(path.read_text("utf-8") for path in sorted(PREPARATION.glob("*.sql")))


def _own(role: str) -> dict[str, Any]:
    name = env.text("DATABASE_NAME", NAME)
    return _described(HOST=str(own_server().socket_folder), USER=role, NAME=name)


def _from_url(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise env.BadSetting("DATABASE_URL must begin with postgresql://.")
    options = dict(parse_qsl(parts.query))
    return _described(
        NAME=unquote(parts.path.lstrip("/")),
        USER=unquote(parts.username or ""),
        PASSWORD=unquote(parts.password or ""),
        HOST=options.pop("host", parts.hostname or ""),
        PORT=str(parts.port or ""),
        OPTIONS=options,
    )


def _described(**given: Any) -> dict[str, Any]:
    standing: dict[str, Any] = {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {},
    }
    described = standing | given
    described["OPTIONS"] |= {"server_side_binding": True, "prepare_threshold": PLANNED_AFTER}
    return described


def serve_with_pool(size: int = 8) -> None:
    """Have the settings that are about to load keep a pool: for processes that serve in threads."""
    os.environ.setdefault("DATABASE_POOL", str(size))

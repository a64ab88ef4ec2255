"""Refuses to start where data could be lost or seen.

What the settings alone can tell is checked by every command; what only the database can tell, by
``require_safe`` in every process that serves, and by ``manage.py check --database default``.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Doubt
from django.core.management.base import SystemCheckError
from django.db import connections

from portal import database, env

SHORTEST_KEY = 50
# Ports and words by which transaction poolers are known; through one, LISTEN hears nothing.
POOLER_PORTS = {"6432"}
POOLER_WORDS = ("pgbouncer", "pooler")


@register(Tags.security)
def public_service_is_safe(**_: Any) -> list[CheckMessage]:
    return [*_unsafe_in_public(), *_out_of_order()] if settings.IS_PUBLIC else []


@register(Tags.database)
def database_is_walled(*, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    if "default" not in (databases or ()) or _migrates():
        return []
    return list(_unsafe_in_database())


def require_safe() -> None:
    """Return if this process may serve.

    :raises SystemCheckError: it may not; the message says why and what mends it.
    """
    faults = [fault for fault in public_service_is_safe() if fault.is_serious()]
    with ThreadPoolExecutor(1) as aside:  # servers load us inside their event loop
        faults += aside.submit(_asked_and_closed).result()
    if faults:
        raise SystemCheckError("\n".join(f"{fault.msg} {fault.hint}" for fault in faults))


def _unsafe_in_public() -> Iterator[CheckMessage]:
    if settings.DEBUG:
        yield Error(
            "DEBUG shows settings and people's data on error pages.",
            hint="Unset DEBUG: PUBLIC_HOST is set.",
            id="daybook.E001",
        )
    if settings.SECRET_KEY == settings.DEMO_KEY or len(settings.SECRET_KEY) < SHORTEST_KEY:
        yield Error(
            "SECRET_KEY is the demonstration's, or too short: anybody could forge a session.",
            hint=f"Set SECRET_KEY to {SHORTEST_KEY} random characters or more.",
            id="daybook.E002",
        )
    if database.is_embedded():
        yield Error(
            "A public service must not keep its record in the checkout's own PostgreSQL.",
            hint="Set DATABASE_URL to a server that is backed up.",
            id="daybook.E003",
        )
    if settings.CLOCK_MAY_MOVE:
        yield Error(
            "CLOCK_MAY_MOVE lets time be changed: releases and sessions depend on it.",
            hint="Unset CLOCK_MAY_MOVE: it is for demonstrations and tests.",
            id="daybook.E004",
        )
    if _through_a_pooler():
        yield Error(
            "The database is behind a transaction pooler: live updates would not be heard.",
            hint="Point DATABASE_URL at PostgreSQL itself; every process keeps a small pool.",
            id="daybook.E005",
        )
    if "console" in settings.EMAIL_BACKEND:
        yield Doubt(
            "E-mail is printed, not sent: nobody would get a sign-in code.",
            hint="Set EMAIL_HOST.",
            id="daybook.W001",
        )


def _out_of_order() -> Iterator[CheckMessage]:
    if settings.TURN_URLS and not settings.TURN_SECRET:
        yield Error(
            "TURN_URLS without TURN_SECRET: no browser could use the relay.",
            hint="Set TURN_SECRET to the relay's static-auth-secret.",
            id="daybook.E008",
        )


def _unsafe_in_database() -> Iterator[CheckMessage]:
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT rolname, rolsuper OR rolbypassrls,"
            " EXISTS (SELECT FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace"
            "  WHERE nspname = current_schema() AND relkind IN ('r', 'p')"
            "  AND pg_has_role(current_user, relowner, 'MEMBER'))"
            " FROM pg_roles WHERE rolname = current_user"
        )
        role, bypasses, owns = cursor.fetchone()
    if bypasses:
        yield Error(
            f"The database role {role} bypasses row-level security.",
            hint="Serve as a role without SUPERUSER and BYPASSRLS: see deploy/postgresql.",
            id="daybook.E006",
        )
    if owns:
        yield Error(
            f"The database role {role} owns tables, so their policies do not bind it.",
            hint="Migrate as the owner (DATABASE_OWNER_URL) and serve as another role.",
            id="daybook.E007",
        )


def _asked_and_closed() -> list[CheckMessage]:
    try:
        return database_is_walled(databases=["default"])
    finally:
        connections["default"].close()


def _through_a_pooler() -> bool:
    described = settings.DATABASES["default"]
    host = str(described["HOST"]).lower()
    return str(described["PORT"]) in POOLER_PORTS or any(word in host for word in POOLER_WORDS)


def _migrates() -> bool:
    return env.text("DATABASE_ROLE") == "owner"

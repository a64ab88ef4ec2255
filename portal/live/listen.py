"""One hub for each serving process, woken by PostgreSQL over one connection that listens."""

import asyncio
import logging
from typing import Any

import psycopg
from django.db import connection
from django.dispatch import receiver

from cms.publishing import content_changed
from fhir.changes import CHANNEL
from portal import waking
from portal.live.hub import Hub

logger = logging.getLogger(__name__)

CONTENT = "daybook_content"
PATIENCE = 2.0  # seconds before listening is tried again, and between looks while it cannot be


class _Process:
    hub: Hub | None = None
    loop: asyncio.AbstractEventLoop | None = None
    work: tuple[asyncio.Task[None], ...] = ()


def hub() -> Hub:
    """Return this process's hub; its work begins with the first page that opens."""
    loop = asyncio.get_running_loop()
    if _Process.hub is None or _Process.loop is not loop:
        _Process.hub, _Process.loop = Hub(), loop
        work = (_Process.hub.serve(), _Process.hub.watch(), _listen(_Process.hub))
        _Process.work = tuple(loop.create_task(one) for one in work)
    return _Process.hub


async def _listen(to: Hub) -> None:
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(
                **waking.address(), autocommit=True
            ) as heard:
                await heard.execute(f"LISTEN {CHANNEL}")
                await heard.execute(f"LISTEN {CONTENT}")
                to.heard(None)
                async for hint in heard.notifies():
                    _pass_on(to, hint)
        except psycopg.Error as fault:
            logger.warning("not listening: %s", type(fault).__name__)
        await asyncio.sleep(PATIENCE)
        to.heard(None)


def _pass_on(to: Hub, hint: psycopg.Notify) -> None:
    if hint.channel == CONTENT:
        to.content_published()
    else:
        to.heard(None if hint.payload == "*" else hint.payload.split(","))


@receiver(content_changed)
def content_published(**_: Any) -> None:
    """Wake every process's pages when the transaction that publishes is committed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CONTENT])

"""One hub for each serving process, woken by PostgreSQL over one connection that listens."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Final

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


# Who else is woken over the same connection, by channel.
_OTHERS: Final[dict[str, Callable[[str], None]]] = {}


def also(channel: str, heard: Callable[[str], None]) -> None:
    """Have somebody told of what is said on a channel of theirs; with nothing, that some is lost.

    To be called as modules are imported, before anybody listens.
    """
    _OTHERS[channel] = heard


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
                for channel in (CHANNEL, CONTENT, *_OTHERS):
                    await heard.execute(f"LISTEN {channel}")
                _look_at_all(to)
                async for hint in heard.notifies():
                    _pass_on(to, hint)
        except psycopg.Error as fault:
            logger.warning("not listening: %s", type(fault).__name__)
        await asyncio.sleep(PATIENCE)
        _look_at_all(to)


def _look_at_all(to: Hub) -> None:
    to.heard(None)
    for wake in _OTHERS.values():
        wake("")


def _pass_on(to: Hub, hint: psycopg.Notify) -> None:
    if hint.channel == CONTENT:
        to.content_published()
    elif hint.channel in _OTHERS:
        _OTHERS[hint.channel](hint.payload)
    else:
        to.heard(None if hint.payload == "*" else hint.payload.split(","))


@receiver(content_changed)
def content_published(**_: Any) -> None:
    """Wake every process's pages when the transaction that publishes is committed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CONTENT])

"""The least that a live service could do: what the database calls goes to the sockets it names.

``python -m portal.bench.bare_echo PORT DATABASE``: a process of its own, with nothing of ours.
A socket says whose it is; a call says whose it is, and whatever follows after a comma.
"""

import asyncio
import sys
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any

import psycopg
import uvicorn
import uvloop

CHANNEL = "bare_echo"
Message = dict[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]

SOCKETS: dict[str, set[Send]] = defaultdict(set)


async def application(scope: Message, receive: Receive, send: Send) -> None:
    """Keep a socket under the name that it gives."""
    if scope["type"] != "websocket":
        return
    await receive()
    await send({"type": "websocket.accept"})
    name = (await receive()).get("text", "")
    SOCKETS[name].add(send)
    await send({"type": "websocket.send", "text": name})
    while (await receive())["type"] != "websocket.disconnect":
        pass
    SOCKETS[name].discard(send)


async def listen(database: str) -> None:
    """Pass on what the database calls, for ever."""
    async with await psycopg.AsyncConnection.connect(database, autocommit=True) as connected:
        await connected.execute(f"LISTEN {CHANNEL}")
        async for call in connected.notifies():
            name, _, _ = call.payload.partition(",")
            for send in tuple(SOCKETS[name]):
                await send({"type": "websocket.send", "text": call.payload})


class Server(uvicorn.Server):
    """Says when it serves."""

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        sys.stdout.write("serving\n")
        sys.stdout.flush()


async def main(port: int, database: str) -> None:
    """Serve until a signal ends it."""
    listening = asyncio.ensure_future(listen(database))
    configuration = uvicorn.Config(
        application, port=port, lifespan="off", log_config=None, ws_per_message_deflate=False
    )
    await Server(configuration).serve()
    listening.cancel()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), sys.argv[2]))

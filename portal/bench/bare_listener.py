"""The least that a listener could do: whole frames, committed together, answered alike.

``python -m portal.bench.bare_listener PORT DATABASE``: a process of its own, with nothing of ours.
"""

import asyncio
import sys

import psycopg
import uvloop

Waiting = list[tuple[bytes, "asyncio.Future[None]"]]

END = b"\x1c\r"
ANSWER = b"\x0bMSH|^~\\&|||||||ACK|1|P|2.4\rMSA|AA|1\r" + END
LONGEST = 2**20
# As many as are taken together by ours.
TOGETHER = 256


class Listener:
    """Conversations, and the one writer that they share."""

    def __init__(self) -> None:
        self._waiting: Waiting = []
        self._some = asyncio.Event()

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer each message when it is committed."""
        try:
            while True:
                framed = await reader.readuntil(END)
                kept = asyncio.get_running_loop().create_future()
                self._waiting.append((framed[1:-2], kept))
                self._some.set()
                await kept
                writer.write(ANSWER)
        except (EOFError, OSError):
            writer.close()

    async def write(self, database: str) -> None:
        """Commit whatever waits."""
        connected = await psycopg.AsyncConnection.connect(database, autocommit=True)
        while True:
            await self._some.wait()
            batch, self._waiting = self._waiting[:TOGETHER], self._waiting[TOGETHER:]
            if not self._waiting:
                self._some.clear()
            await _commit(connected, [raw for raw, _ in batch])
            for _, kept in batch:
                if not kept.done():
                    kept.set_result(None)


async def _commit(connected: psycopg.AsyncConnection, batch: list[bytes]) -> None:
    async with (
        connected.transaction(),
        connected.cursor() as cursor,
        cursor.copy("COPY bare_message (raw) FROM STDIN BINARY") as copying,
    ):
        copying.set_types(["bytea"])
        for raw in batch:
            await copying.write_row([raw])


async def main(port: int, database: str) -> None:
    """Listen for ever."""
    listener = Listener()
    server = await asyncio.start_server(listener.converse, "127.0.0.1", port, limit=LONGEST)
    async with server, asyncio.TaskGroup() as together:
        together.create_task(listener.write(database))
        sys.stdout.write("listening\n")
        sys.stdout.flush()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), sys.argv[2]))

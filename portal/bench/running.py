"""Starts the processes that a row measures, and stops them."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from portal import database, waking

PATIENCE = 30  # seconds in which a process has to end


@contextmanager
def running(*command: str, **environment: str) -> Iterator[int]:
    """Run a Python program of ours until the block ends; give its number once it says a line."""
    process = subprocess.Popen(  # noqa: S603 (our own program)
        [sys.executable, *command],
        cwd=database.ROOT, env=os.environ | environment, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout is not None  # noqa: S101 (it was asked for)
        if not process.stdout.readline():
            raise RuntimeError(f"{' '.join(command)} did not start")
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def address() -> str:
    """Return what psycopg needs to reach the scratch database, as a text for a command line."""
    return psycopg.conninfo.make_conninfo(**waking.address())

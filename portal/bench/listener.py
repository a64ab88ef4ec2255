"""The MLLP listener under load, beside one that commits bytes and knows nothing else."""

import itertools
import statistics
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import uvloop

from portal.bench import measures, messages, running, senders

LIMIT = 0.6
CONNECTIONS, ROUNDS, SECONDS, WARM = 64, 5, 4.0, 1.0
PEOPLE, VALUES = 500, 12
NOTE = "All results are within the usual range for adults. " * 7

BARE = "CREATE TABLE bare_message (id bigserial PRIMARY KEY, raw bytea NOT NULL)"


def run() -> dict[str, float]:
    """Send the same messages to both, by turns; the rate is the median of the rounds."""
    messages.admit_laboratory()
    ports = {"ours": running.free_port(), "bare": running.free_port()}
    ours = ("manage.py", "mllp", "--port", str(ports["ours"]))
    bare = ("-m", "portal.bench.bare_listener", str(ports["bare"]), running.address())
    with running.running(*ours) as one, running.running(*bare) as other:
        processes = {"ours": one, "bare": other}
        rounds = [
            {name: _round(ports[name], processes[name]) for name in ports} for _ in range(ROUNDS)
        ]
    return _figures(rounds)


def prepare(superuser: psycopg.Connection) -> None:
    """Make the bare listener's table."""
    superuser.execute(BARE)
    superuser.execute("GRANT ALL ON bare_message, bare_message_id_seq TO daybook_app")


class Round:
    """One spell of sending to one of the two."""

    def __init__(self, waits: list[float], cpu: float) -> None:
        self.rate = len(waits) / SECONDS
        self.wait = 1000 * statistics.median(waits)
        self.cpu = 1000 * cpu / len(waits)


def _round(port: int, process: int) -> Round:
    uvloop.run(senders.send(port, _streams(), WARM))
    before = measures.of_process(process)
    waits = uvloop.run(senders.send(port, _streams(), SECONDS))
    return Round(waits, measures.of_process(process) - before)


def _streams() -> list[Iterator[bytes]]:
    spell, people = time.monotonic_ns(), messages.people(PEOPLE)
    return [_stream(f"{spell}-{n}", people[n::CONNECTIONS]) for n in range(CONNECTIONS)]


def _stream(name: str, people: list[messages.Person]) -> Iterator[bytes]:
    """Yield reports about these people by turns, each with a number of its own."""
    at = datetime.now(UTC)
    written = [messages.report("NUMBER", one, at, VALUES, NOTE) for one in people]
    for n, report in enumerate(itertools.cycle(written)):
        yield report.replace(b"NUMBER", f"{name}-{n}".encode())


def _figures(rounds: list[dict[str, Round]]) -> dict[str, float]:
    ours, bare = ([one[name] for one in rounds] for name in ("ours", "bare"))

    def median(of: list[Round], name: str) -> float:
        return float(statistics.median(getattr(one, name) for one in of))

    return {
        "ours, messages a second": median(ours, "rate"),
        "bare, messages a second": median(bare, "rate"),
        "ours, median wait in ms": median(ours, "wait"),
        "bare, median wait in ms": median(bare, "wait"),
        "ours, ms of CPU a message in the listener": median(ours, "cpu"),
        "bare, ms of CPU a message in the listener": median(bare, "cpu"),
        "ratio": statistics.median(a.rate / b.rate for a, b in zip(ours, bare, strict=True)),
        "limit (at least)": LIMIT,
    }

"""The messages of a hospital that others made up, sent and read with nothing of ours.

Fields are found by splitting lines: what our own reader makes of them is compared with this.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hl7.client import MLLPClient

from tests import samples

FOLDER = "hl7v2-messages/uk-hospital-simulator"
SENDER = "SIMHOSP|SFAC"
_START, _END = b"\x0b", b"\x1c\r"


@dataclass(frozen=True)
class Sent:
    """One message as its bytes are, and its segments as lists of fields."""

    raw: bytes
    segments: tuple[list[str], ...]

    @classmethod
    def read(cls, path: Path) -> "Sent":
        raw = path.read_bytes()
        lines = raw.decode("ascii").split("\r")
        return cls(raw, tuple(line.split("|") for line in lines if line))

    @property
    def kind(self) -> str:
        return self.first("MSH")[8]  # MSH-1 is what parts the fields

    @property
    def control_id(self) -> str:
        return self.first("MSH")[9]

    @property
    def mrn(self) -> str:
        return self.first("PID")[2].split("^")[0]

    @property
    def nhs_number(self) -> str:
        return next(one for one in self.first("PID")[3].split("~") if "NHSNBR" in one).split("^")[0]

    def first(self, name: str) -> list[str]:
        return next(self.all(name))

    def all(self, name: str) -> Iterator[list[str]]:
        return (segment for segment in self.segments if segment[0] == name)


def messages() -> list[Sent]:
    """Return all of them, in the order in which the hospital sent them."""
    read = [Sent.read(path) for path in samples.paths(f"{FOLDER}/*/*.hl7")]
    return sorted(read, key=lambda one: int(one.control_id))


def send(port: int, sent: list[Sent]) -> list[tuple[str, str]]:
    """Send them one after another; return each answer's code, and which message it is to."""
    with MLLPClient("127.0.0.1", port) as client:
        return [_answer(client.send_message(one.raw)) for one in sent]


def _answer(framed: bytes) -> tuple[str, str]:
    assert framed.startswith(_START)
    assert framed.endswith(_END)
    lines = framed[1:-2].decode().split("\r")
    _, code, control_id, *_ = next(line for line in lines if line.startswith("MSA")).split("|")
    return code, control_id

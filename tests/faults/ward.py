"""A ward whose laboratory reports over MLLP: each person has a sender of their own."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from portal.simulator.nhs_numbers import an_nhs_number
from portal.simulator.sender import MllpSender
from tests.fhir.hl7.hospital import WINPATH

# Tuesday, in working hours: what is ordinary opens at once.
MORNING = datetime(2026, 3, 10, 10, 0, tzinfo=UTC)
FAMILIES = ("Yusuf", "Carter", "Whitfield", "O'Brien", "Siobhán", "Nowak", "Hall", "Singh")
LONGEST_PAUSE = 0.3  # seconds before a sender tries again
VERSIONS = "PFC"  # of each third report: preliminary, final, corrected


@dataclass
class Person:
    number: int
    nhs: str
    family: str
    sent: int = 0
    key: str = ""

    @property
    def pid(self) -> str:
        mrn = f"M{self.number:06}^^^RMB^MR"
        return f"PID|1||{self.nhs}^^^NHS^NH~{mrn}||{self.family}^Ann^^^^^L||19670908|F"

    def registered(self) -> bytes:
        return message("ADT^A28", f"A{self.number}", MORNING - timedelta(hours=1), self.pid)

    def reported(self) -> bytes:
        """Return what the laboratory says next of this person."""
        self.sent += 1
        report, status = self._version(self.sent)
        return self._report(
            report, status, value(self.sent), MORNING + timedelta(seconds=self.sent)
        )

    def last_word(self) -> bytes:
        """Return a report of its own, so that it is known what a page must show in the end."""
        self.sent += 1
        moment = MORNING + timedelta(seconds=self.sent)
        return self._report(self.sent + 10_000, "F", "171.5", moment, title=self.last_title)

    @property
    def last_title(self) -> str:
        return f"Last blood count of {self.number}"

    def _version(self, n: int) -> tuple[int, str]:
        """Of six messages three speak of one report, and the others of one each."""
        begins = n - n % 6
        return (begins, VERSIONS[n % 6]) if n % 6 < len(VERSIONS) else (n, "F")

    def _report(
        self, report: int, status: str, said: str, at: datetime, title: str = "Full blood count"
    ) -> bytes:
        filler = f"L{self.number}-{report}^WINPATH"
        taken = f"{MORNING:%Y%m%d}08{report % 60:02}"
        obr = (
            f"OBR|1|P{self.number}-{report}^EPR|{filler}|58410-2^{title}^LN|||{taken}"
            f"|||||||||||||||{at:%Y%m%d%H%M%S}||HM|{status}"
        )
        obx = f"OBX|1|NM|718-7^Haemoglobin^LN||{said}|g/L|130 - 180||||{status}"
        return message("ORU^R01", f"R{self.number}-{self.sent}", at, self.pid, obr, obx)


def value(n: int) -> str:
    return str(132 + n % 30)


def message(kind: str, control_id: str, at: datetime, *segments: str) -> bytes:
    application, facility = WINPATH.split("|")
    head = (
        rf"MSH|^~\&|{application}|{facility}|DAYBOOK|RMB|{at:%Y%m%d%H%M%S}||{kind}|{control_id}"
        "|P|2.5.1||||||UNICODE UTF-8"
    )
    return "\r".join([head, *segments, ""]).encode()


def people(count: int, seed: int) -> list[Person]:
    throw = Random(seed)  # noqa: S311 (to be the same again)
    unique = dict.fromkeys(an_nhs_number(throw) for _ in range(count))
    return [Person(n, nhs, FAMILIES[n % len(FAMILIES)]) for n, nhs in enumerate(unique, start=1)]


@dataclass
class Load:
    """Senders that send again what was not acknowledged, until they are told to end."""

    port: int
    pace: float
    acknowledged: list[str] = field(default_factory=list)
    ending: asyncio.Event = field(default_factory=asyncio.Event)

    async def make_known(self, ward: list[Person]) -> None:
        async with self._sender() as hospital:
            for person in ward:
                await self._send(hospital, person.registered())

    async def run(self, ward: list[Person]) -> None:
        """Report on everybody at once until `ending` is set, and then a last time."""
        await asyncio.gather(*(self._of(person) for person in ward))

    async def _of(self, person: Person) -> None:
        async with self._sender() as hospital:
            while not self.ending.is_set():
                await self._send(hospital, person.reported())
                await asyncio.sleep(self.pace)
            await self._send(hospital, person.last_word())

    async def _send(self, hospital: MllpSender, said: bytes) -> None:
        await hospital.send(said)
        self.acknowledged.append(said.split(b"|")[9].decode())

    def _sender(self) -> MllpSender:
        return MllpSender("127.0.0.1", self.port, pause=_briefly)


async def _briefly(seconds: float) -> None:
    await asyncio.sleep(min(seconds, LONGEST_PAUSE))

import asyncio
import json
import re
from contextlib import asynccontextmanager

import pytest

from portal.simulator import cast
from portal.simulator.messages import registered
from portal.simulator.sender import FhirSender, MllpSender, NotTaken


async def at_once(_seconds):
    """Wait for nothing."""


class Listener:
    """A listener that answers each message with the next of its codes; None closes without one."""

    def __init__(self, *codes):
        self.codes = list(codes)
        self.heard = []

    async def __call__(self, reader, writer):
        while True:
            try:
                frame = await reader.readuntil(b"\x1c\r")
            except asyncio.IncompleteReadError:
                break
            self.heard.append(frame[1:-2])
            code = self.codes.pop(0) if self.codes else "AA"
            if code is None:
                break
            control_id = frame.split(b"|")[9].decode()
            answer = f"\x0bMSH|^~\\&|A|B|C|D|20260312||ACK|1|P|2.4\rMSA|{code}|{control_id}\r\x1c\r"
            writer.write(answer.encode())
            await writer.drain()
        writer.close()


@asynccontextmanager
async def sending_to(listener):
    server = await asyncio.start_server(listener, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, MllpSender("127.0.0.1", port, pause=at_once) as sender:
        yield sender


async def test_a_message_goes_out_in_a_frame_and_its_answer_is_awaited(now):
    listener = Listener()
    sent = registered(cast.AMINA, now)

    async with sending_to(listener) as sender:
        await sender.send(sent)

    assert listener.heard == [sent]


async def test_what_was_not_answered_is_sent_again(now):
    listener = Listener(None, "AE", "AA")
    sent = registered(cast.BEN, now)

    async with sending_to(listener) as sender:
        await sender.send(sent)

    assert listener.heard == [sent] * 3


async def test_what_was_rejected_is_not_sent_again(now):
    listener = Listener("AR")

    async with sending_to(listener) as sender:
        with pytest.raises(NotTaken, match="AR"):
            await sender.send(registered(cast.BEN, now))

    assert len(listener.heard) == 1


async def test_several_messages_share_a_connection(now):
    listener = Listener()

    async with sending_to(listener) as sender:
        for person in cast.PATIENTS:
            await sender.send(registered(person, now))

    assert listener.heard == [registered(person, now) for person in cast.PATIENTS]


class Door:
    """A FHIR base that answers with the next of its status codes; 0 breaks the connection."""

    def __init__(self, *codes):
        self.codes = list(codes)
        self.heard = []

    async def __call__(self, reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = int(re.search(r"content-length: (\d+)", head.lower())[1])
        self.heard.append((head, json.loads(await reader.readexactly(length))))
        if code := self.codes.pop(0):
            issue = {"expression": ["Bundle.entry[1].resource"], "diagnostics": "a date is missing"}
            body = json.dumps({"resourceType": "OperationOutcome", "issue": [issue]})
            writer.write(
                f"HTTP/1.1 {code} Said\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
            )
        writer.close()


@asynccontextmanager
async def posting_to(door):
    server = await asyncio.start_server(door, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        yield FhirSender(f"http://127.0.0.1:{port}/fhir/R4", "a-token", pause=at_once)


async def test_a_bundle_is_posted_until_it_is_taken():
    door = Door(0, 503, 200)
    bundle = {"resourceType": "Bundle"}

    async with posting_to(door) as sender:
        await sender.send(bundle)

    assert [body for _, body in door.heard] == [bundle] * 3
    assert door.heard[0][0].startswith("POST /fhir/R4 HTTP/1.1\r\n")
    assert "Authorization: Bearer a-token" in door.heard[0][0]


async def test_a_refused_bundle_says_where_the_fault_is():
    async with posting_to(Door(422)) as sender:
        with pytest.raises(NotTaken, match=r"entry\[1\]\.resource: a date is missing"):
            await sender.send({"resourceType": "Bundle"})

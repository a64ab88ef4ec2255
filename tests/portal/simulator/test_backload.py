import asyncio
from contextlib import asynccontextmanager

import pytest

from portal.simulator.backload import Hospital
from portal.simulator.memory import remembered
from portal.simulator.messages import first_told, told
from tests.portal.simulator.test_sender import Door, Listener, posting_to


@asynccontextmanager
async def hospital_to(listener, door):
    server = await asyncio.start_server(listener, "127.0.0.1", 0)
    async with server, posting_to(door) as records:
        hospital = Hospital(server.sockets[0].getsockname(), records)
        yield hospital
        await hospital.close()


async def test_a_past_is_told_after_its_person_is_known(amina):
    listener, door = Listener(), Door(200)
    asked = []

    async def known(person):
        assert (listener.heard, door.heard) == ([first_told(amina)], [])
        asked.append(person)

    async with hospital_to(listener, door) as hospital:
        await hospital.registers(amina)
        await hospital.tells(amina, known)

    assert asked == [amina.person]
    assert sorted(listener.heard[1:]) == sorted(told(amina))
    assert len(door.heard) == 1


async def test_each_system_tells_its_own_in_order(amina):
    listener = Listener()

    async def known(_person):
        """She is."""

    async with hospital_to(listener, Door(200)) as hospital:
        await hospital.tells(amina, known)

    for application in (b"MILLPAS", b"WINPATH", b"MILLRIS"):
        times = [one.split(b"|")[6] for one in listener.heard if one.split(b"|")[2] == application]
        assert times
        assert times == sorted(times)


async def test_corrections_come_when_they_are_asked_for(amina):
    listener = Listener()

    async with hospital_to(listener, Door()) as hospital:
        await hospital.corrects(amina)

    [correction] = listener.heard
    assert b"|83|fL^fL^UCUM|80 - 100||||C|||" in correction


def test_a_demo_goes_on_where_it_stopped(tmp_path, now):
    first = remembered(tmp_path, "here", 1, now)
    first.token = "secret"
    first.done("staff")

    again = remembered(tmp_path, "here", 2, now.replace(year=2027))

    assert (again.seed, again.began_at, again.token) == (1, now, "secret")
    assert again.has("staff")
    assert not again.has("cast")
    assert first.path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("kept", ["", "{}", '{"seed": "x"}', "not json"])
def test_a_memory_that_cannot_be_read_is_a_new_beginning(tmp_path, now, kept):
    remembered(tmp_path, "here", 1, now).path.write_text(kept)

    assert remembered(tmp_path, "here", 3, now).seed == 3


def test_another_database_is_another_demo(tmp_path, now):
    remembered(tmp_path, "here", 1, now).done("staff")

    assert not remembered(tmp_path, "there", 1, now).has("staff")

"""A mother books for herself and her children in one act: all of them, or nobody."""

import pytest

from portal.appointments.rules import State
from tests.portal.appointments import family, truth
from tests.portal.appointments.clinic import appointments_of


@pytest.fixture
def yusufs(amina_yusuf, clinic):
    return family.a_family("Zara Yusuf", "Sami Yusuf", key=amina_yusuf)


def test_each_gets_a_time_of_their_own_one_after_another(yusufs, slots):
    booker, company = yusufs.booker, yusufs.company
    run = family.found_for(company).times[0]

    done = family.booked(booker, family.held(booker, company, slots[:3]))

    assert run.slots == tuple(one.slot for one in slots[:3])
    assert (run.starts_at, run.ends_at) == (slots[0].starts_at, slots[2].ends_at)
    assert {one.state for one in done} == {State.BOOKED}
    for key, slot in zip(company.patients, slots, strict=False):
        (one,) = appointments_of(key)
        assert one.json["start"] == slot.starts_at.isoformat()
    assert truth.broken() == {}

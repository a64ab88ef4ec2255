from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from portal.simulator import cast, people
from portal.simulator.histories import history_of

SEED = 7
THURSDAY = datetime(2026, 3, 12, 8, 41, tzinfo=ZoneInfo("Europe/London"))


@pytest.fixture(scope="session")
def now():
    return THURSDAY


@pytest.fixture(scope="session")
def everybody():
    return (*cast.PATIENTS, *people.others(SEED, THURSDAY.date()))


@pytest.fixture(scope="session")
def histories(everybody):
    return {person.key: history_of(person, SEED, THURSDAY) for person in everybody}


@pytest.fixture(scope="session")
def amina(histories):
    return histories["amina"]


@pytest.fixture(scope="session")
def amina_lately(amina):
    """Her last four months: enough where the years before make no difference."""
    since = THURSDAY - timedelta(days=120)
    return replace(
        amina,
        reports=tuple(one for one in amina.reports if one.collected_at > since),
        letters=tuple(one for one in amina.letters if one.written_at > since),
        visits=tuple(one for one in amina.visits if one.start_at > since),
    )

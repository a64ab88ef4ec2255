"""What every test may ask for. Ordinary tests run as ``daybook_app`` and are rolled back."""

import os
import shutil
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import hypothesis
import psycopg
import pytest
from django.conf import settings
from django.db import connections

from portal import clock, database
from portal.postgres import Server
from tests import databases
from tests.site import Site

settings.STRICT_TEMPLATES = True
settings.CLOCK_MAY_MOVE = False
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

hypothesis.settings.register_profile(
    "house", deadline=None, suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture]
)
hypothesis.settings.load_profile("house")

SECONDS = {"ordinary": 60, "long": 300, "journey": 600}


@pytest.hookimpl(trylast=True)  # once every journey has its mark
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with files whose tests are long, so that no worker is left alone with one."""
    waiting = {
        item.path
        for item in items
        if any(item.get_closest_marker(kind) for kind in ("journey", "long"))
        or "own_database" in item.fixturenames
    }
    sizes = Counter(item.path for item in items)
    items.sort(key=lambda item: (item.path not in waiting, -sizes[item.path], item.path))


def pytest_sessionstart(session: pytest.Session) -> None:
    """Have the template made while workers read the tests: later all of them would wait for it."""
    is_worker = hasattr(session.config, "workerinput")
    if session.config.getoption("numprocesses", None) and not is_worker:
        threading.Thread(target=databases.template, daemon=True).start()


class TookTooLong(BaseException):
    """Not an Exception, so that no code under test can swallow it."""


@pytest.fixture(autouse=True)
def time_limit(request: pytest.FixtureRequest) -> Iterator[None]:
    kinds = (kind for kind in ("journey", "long") if request.node.get_closest_marker(kind))
    limit = SECONDS[next(kinds, "ordinary")]

    def give_up(*_: object) -> None:
        raise TookTooLong(f"{request.node.nodeid} took more than {limit} seconds")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(limit)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: object) -> Iterator[None]:
    """Give this process a clone of the template, in place of pytest-django's own creation."""
    name = databases.clone()
    with django_db_blocker.unblock():
        databases.use(name)
        yield
        connections.close_all()
    databases.drop(name)


@pytest.fixture
def own_database(django_db_setup: None, django_db_blocker: object) -> Iterator[str]:
    """Give this test a fresh database with real commits: for threads, processes and LISTEN."""
    with django_db_blocker.unblock(), databases.lent() as name:
        yield name


@pytest.fixture
def as_superuser(own_database: str) -> Iterator[psycopg.Connection]:
    """Give a connection that policies do not bind, to see what is really there."""
    url = database.own_server().url(own_database)
    with psycopg.connect(url, autocommit=True) as connected:
        yield connected


@pytest.fixture
def site(own_database: str, tmp_path: Path) -> Iterator[Site]:
    """Give a service that is not started yet, on this test's own database."""
    site = Site(own_database, tmp_path)
    yield site
    site.stop_all()


@pytest.fixture
def own_server(
    django_db_setup: None, django_db_blocker: object, tmp_path: Path
) -> Iterator[Server]:
    """Give this test a PostgreSQL of its own, which it may stop, kill and start."""
    shared = settings.DATABASES["default"]["NAME"]
    server = Server(tmp_path / "server")
    server.join()
    databases.copy_to(server)
    with django_db_blocker.unblock():
        databases.use(database.NAME, server)
        yield server
        databases.use(shared)
    server.leave(os.getpid())
    shutil.rmtree(server.home, ignore_errors=True)


@pytest.fixture
def site_on_own_server(own_server: Server, tmp_path: Path) -> Iterator[Site]:
    """Give a service that is not started yet, on a PostgreSQL that the test may stop."""
    url = own_server.url(database.NAME, database.APPLICATION)
    site = Site(database.NAME, tmp_path, database_url=url)
    yield site
    site.stop_all()


@pytest.fixture
def live_site(site: Site) -> Site:
    """Give a service that runs: pages, listener and relay in one process."""
    return site.start()


class Clock:
    """Moves the service's clock in a test."""

    def move(self, **distance: float) -> datetime:
        clock.move(timedelta(**distance))
        return clock.now()

    def move_to(self, moment: datetime) -> datetime:
        clock.move_to(moment)
        return clock.now()


@pytest.fixture
def moved_clock(
    request: pytest.FixtureRequest, settings: object, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Clock]:
    request.getfixturevalue("own_database" if "own_database" in request.fixturenames else "db")
    settings.CLOCK_MAY_MOVE = True
    # Only the test moves it: asking again each second would make numbers of queries uncertain.
    monkeypatch.setattr(clock, "REMEMBERED", float("inf"))
    clock.forget()
    yield Clock()
    clock.forget()


@pytest.fixture(scope="session")
def sample_data() -> Path:
    """Give the folder of real-world samples, which is not part of the project."""
    folder = Path(os.environ.get("SAMPLE_DATA", database.ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"SAMPLE_DATA: there is no {folder}")
    return folder

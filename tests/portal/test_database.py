import os
import shutil
import signal
import subprocess
import sys

import psycopg
import pytest
from django.db import DatabaseError, connection

from portal import database, env, postgres
from portal.postgres import NoPostgres, Server

JOIN = """
import sys
from pathlib import Path
from portal.postgres import Server
Server(Path(sys.argv[1])).join()
print("joined", flush=True)
sys.stdin.read()
"""


class Process:
    """Another process of the same checkout that uses the server in ``folder``."""

    def __init__(self, folder):
        self.process = subprocess.Popen(
            [sys.executable, "-c", JOIN, str(folder)],
            cwd=database.ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def joins(self):
        assert self.process.stdout.readline() == "joined\n"

    def leaves(self):
        self.process.communicate()

    def is_killed(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate()


@pytest.fixture
def server(tmp_path):
    server = Server(tmp_path / "data")
    yield server
    server.leave(os.getpid())
    shutil.rmtree(server.home, ignore_errors=True)


@pytest.fixture
def processes(server, tmp_path):
    started = [Process(tmp_path / "data") for _ in range(3)]
    yield started
    for one in started:
        if one.process.poll() is None:
            one.leaves()


def test_a_server_is_shared_and_stops_with_the_last_who_uses_it(processes, server):
    first, second, third = processes
    for one in processes:
        one.joins()

    first.leaves()
    assert server.answers()
    second.is_killed()
    assert server.answers()
    third.leaves()
    assert not server.answers()


def test_the_server_listens_on_no_network_and_writes_through(own_database):
    with connection.cursor() as cursor:
        shown = {}
        for name in ("listen_addresses", "fsync", "max_connections", "server_encoding"):
            cursor.execute(f"SHOW {name}")
            shown[name] = cursor.fetchone()[0]

    assert shown == {
        "listen_addresses": "",
        "fsync": "on",
        "max_connections": "100",
        "server_encoding": "UTF8",
    }


@pytest.mark.django_db
def test_the_service_connects_as_a_role_that_policies_bind():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user::text, rolsuper, rolbypassrls, rolcreaterole FROM pg_roles"
            " WHERE rolname = current_user"
        )
        assert cursor.fetchone() == ("daybook_app", False, False, False)
        cursor.execute("SELECT count(*) FROM pg_tables WHERE tableowner = 'daybook_app'")
        assert cursor.fetchone() == (0,)


@pytest.mark.django_db
@pytest.mark.parametrize("statement", ["DROP TABLE portal_user", "CREATE TABLE mine (n int)"])
def test_the_service_can_neither_drop_nor_make_a_table(statement):
    with connection.cursor() as cursor, pytest.raises(DatabaseError, match=r"must be owner|denied"):
        cursor.execute(statement)


@pytest.mark.django_db
def test_the_extensions_that_migrations_use_are_there():
    with connection.cursor() as cursor:
        cursor.execute("SELECT extname FROM pg_extension WHERE extname <> 'plpgsql' ORDER BY 1")
        assert [name for (name,) in cursor] == ["btree_gist", "citext", "pg_trgm", "unaccent"]


def test_a_database_address_is_read_with_its_options(monkeypatch):
    monkeypatch.setenv(
        "DATABASE_URL", "postgresql://daybook_app:p%40ss@db.example:6432/record?sslmode=require"
    )

    described = database.connection()

    assert {name: described[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")} == {
        "NAME": "record",
        "USER": "daybook_app",
        "PASSWORD": "p@ss",
        "HOST": "db.example",
        "PORT": "6432",
    }
    assert described["OPTIONS"]["sslmode"] == "require"
    assert not database.is_embedded()


@pytest.mark.django_db
def test_a_statement_that_is_run_often_is_planned_once():
    for _ in range(database.PLANNED_AFTER + 1):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM portal_fhir_resource WHERE patient = %s", ["amina"]
            )

    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        assert any("patient = $1" in statement for (statement,) in cursor)


def test_migrations_connect_as_the_owner(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://daybook_app@db.example/record")
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql://daybook_owner@db.example/record")
    assert database.connection()["USER"] == "daybook_app"

    monkeypatch.setenv("DATABASE_ROLE", "owner")

    assert database.connection()["USER"] == "daybook_owner"


def test_a_database_of_another_kind_is_refused(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "mysql://db.example/record")

    with pytest.raises(env.BadSetting, match=r"postgresql://"):
        database.connection()


def test_a_process_that_serves_in_threads_keeps_a_pool(monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("DATABASE_POOL", "8")

    assert database.connection()["OPTIONS"]["pool"]["max_size"] == 8


def test_a_database_that_is_back_is_found_within_what_a_request_waits(monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("DATABASE_POOL", "8")
    pool = database.connection()["OPTIONS"]["pool"]

    assert pool["reconnect_timeout"] < pool["timeout"]


def test_data_of_another_postgresql_is_not_touched(server):
    server.data.mkdir(parents=True)
    (server.data / "PG_VERSION").write_text("9\n")

    with pytest.raises(NoPostgres, match="was made by PostgreSQL 9"):
        server.join()


def test_a_local_postgresql_serves_where_the_wheel_has_no_build(server, monkeypatch):
    monkeypatch.setattr(postgres, "find_spec", lambda _name: None)
    try:
        postgres._binaries()
    except NoPostgres as none:
        pytest.skip(str(none))

    server.join()
    database.prepare(server, "daybook")

    with psycopg.connect(server.url("daybook", database.APPLICATION)) as asking:
        assert asking.execute("SELECT upper('é'), current_setting('fsync')").fetchone() == (
            "É",
            "on",
        )


def test_a_machine_without_postgresql_is_told_what_to_install(monkeypatch):
    monkeypatch.setattr(postgres, "find_spec", lambda _name: None)
    monkeypatch.setattr(postgres, "LOCAL", ("/nowhere",))
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(NoPostgres, match="install version 15 or newer"):
        postgres._binaries()


def test_programs_that_only_root_can_enter_run_where_they_are_copied_to(tmp_path, monkeypatch):
    monkeypatch.setattr(postgres, "ELSEWHERE", tmp_path)

    copied = postgres._copied(postgres._binaries())

    assert copied.is_relative_to(tmp_path)
    assert {postgres._version(copied / name) for name in ("initdb", "pg_ctl", "postgres")} == {
        postgres._version(postgres._binaries() / "postgres")
    }


def test_a_long_path_does_not_break_the_socket(tmp_path):
    server = Server(tmp_path / ("long" * 40))

    assert len(str(server.socket_folder / ".s.PGSQL.5432")) < 104


def test_preparing_a_database_twice_changes_nothing(own_database):
    database.prepare(database.own_server(), own_database)

    with psycopg.connect(database.own_server().url(own_database, database.APPLICATION)) as asking:
        assert asking.execute("SELECT count(*) FROM portal_user").fetchone() == (0,)

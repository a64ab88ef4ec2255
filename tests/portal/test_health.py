from datetime import datetime

import pytest
from django.db import connection

from portal import clock


def test_a_process_that_lives_says_so_without_the_database(client):
    answer = client.get("/healthz")

    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.django_db
def test_a_process_that_reaches_the_database_can_serve(client):
    before = clock.now()

    answer = client.get("/readyz")

    *lines, last = answer.content.decode().splitlines()
    said, moment = last.split(" at ")
    assert (answer.status_code, said) == (200, "ok")
    assert lines[0] == "database: ok"
    assert before <= datetime.fromisoformat(moment) <= clock.now()


def test_a_process_without_its_database_cannot(client, own_database, monkeypatch):
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "HOST", "/nowhere")

    answer = client.get("/readyz")

    assert (answer.status_code, answer.content) == (503, b"database: no answer\n")

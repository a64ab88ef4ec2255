import pytest
from django.db import connection


def test_a_process_that_lives_says_so_without_the_database(client):
    answer = client.get("/healthz")

    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.django_db
def test_a_process_that_reaches_the_database_can_serve(client):
    answer = client.get("/readyz")

    assert (answer.status_code, answer.content) == (200, b"ok\n")


def test_a_process_without_its_database_cannot(client, own_database, monkeypatch):
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "HOST", "/nowhere")

    answer = client.get("/readyz")

    assert (answer.status_code, answer.content) == (503, b"database: no answer\n")

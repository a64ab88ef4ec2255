import subprocess
import sys

import psycopg
import pytest
from django.core.checks import run_checks
from django.core.management.base import SystemCheckError

from portal import checks, database
from portal.checking import PRODUCTION


@pytest.fixture
def public(settings, monkeypatch):
    """Give the settings of a public service that is safe."""
    monkeypatch.setenv("DATABASE_URL", PRODUCTION["DATABASE_URL"])
    settings.IS_PUBLIC = True
    settings.SECRET_KEY = PRODUCTION["SECRET_KEY"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    return settings


def faults():
    return [fault.id for fault in checks.public_service_is_safe()]


def test_a_public_service_that_is_safe_may_start(public):
    assert faults() == []


@pytest.mark.parametrize(
    ("setting", "value", "fault"),
    [
        ("DEBUG", True, "daybook.E001"),
        ("SECRET_KEY", "short", "daybook.E002"),
        ("CLOCK_MAY_MOVE", True, "daybook.E004"),
        ("TURN_URLS", ["turn:turn.millbrook.example"], "daybook.E008"),
        ("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend", "daybook.W001"),
    ],
)
def test_a_public_service_with_an_unsafe_setting_may_not(public, setting, value, fault):
    setattr(public, setting, value)

    assert faults() == [fault]


def test_the_key_of_demonstrations_serves_no_public(public):
    public.SECRET_KEY = public.DEMO_KEY

    assert faults() == ["daybook.E002"]


def test_a_public_service_does_not_keep_its_record_in_the_checkout(public, monkeypatch):
    monkeypatch.delenv("DATABASE_URL")

    assert faults() == ["daybook.E003"]


@pytest.mark.parametrize("place", [{"PORT": "6432"}, {"HOST": "pgbouncer.example"}])
def test_a_transaction_pooler_is_refused(public, monkeypatch, place):
    monkeypatch.setitem(public.DATABASES, "default", public.DATABASES["default"] | place)

    assert faults() == ["daybook.E005"]


def test_a_local_service_may_be_as_loose_as_it_likes(settings):
    settings.DEBUG = True

    assert faults() == []


@pytest.mark.django_db
def test_the_application_role_is_bound_by_policies():
    assert checks.database_is_walled(databases=["default"]) == []


@pytest.mark.parametrize(
    ("role", "faults"),
    [("postgres", ["daybook.E006", "daybook.E007"]), ("daybook_owner", ["daybook.E007"])],
)
def test_a_role_that_policies_do_not_bind_may_not_serve(own_database, role, faults):
    served = subprocess.run(
        [sys.executable, "-c", SERVE],
        cwd=database.ROOT,
        env={"DATABASE_URL": database.own_server().url(own_database, role), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )

    assert served.stdout.split() == faults


SERVE = """
import os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
django.setup()
from portal import checks
for fault in checks.database_is_walled(databases=["default"]):
    print(fault.id)
try:
    checks.require_safe()
except Exception as refused:
    assert type(refused).__name__ == "SystemCheckError", refused
else:
    raise SystemExit("it would have served")
"""


def test_a_process_that_would_serve_says_what_mends_it(own_database, public):
    public.DEBUG = True

    with pytest.raises(SystemCheckError, match="Unset DEBUG"):
        checks.require_safe()


def test_the_checks_are_among_those_that_every_command_runs(public):
    public.DEBUG = True

    assert "daybook.E001" in [fault.id for fault in run_checks(tags=["security"])]


def test_the_roles_cannot_become_one_another(own_database):
    url = database.own_server().url(own_database, database.APPLICATION)

    with psycopg.connect(url) as asking, pytest.raises(psycopg.errors.InsufficientPrivilege):
        asking.execute("SET ROLE daybook_owner")

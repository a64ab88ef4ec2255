"""Runs a command of Django's or ours, as the database role that it needs."""

import os

from portal import database, memory

# These change or describe tables, which only their owner may.
AS_OWNER = frozenset(
    {"migrate", "makemigrations", "createcachetable", "sqlmigrate", "squashmigrations"}
)
WITHOUT_DATABASE = frozenset(
    {"help", "test", "tidy", "collectstatic", "findstatic", "version", "--version"}
)
SERVES = frozenset({"serve", "relay", "mllp", "demo"})
SERVES_AT_ONCE = SERVES - {"demo"}  # which first lets years go by
# A demonstration may be given in the evening: nothing of it waits for the morning.
OF_DEMO = {"RESULTS_IN_WORKING_HOURS": "no"}


def run(arguments: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    command = arguments[1] if len(arguments) > 1 else "help"
    if command in AS_OWNER:
        os.environ["DATABASE_ROLE"] = "owner"
    if command in SERVES:
        database.serve_with_pool()
    if command in SERVES_AT_ONCE:
        memory.fill()
    if command == "demo":
        for name, value in OF_DEMO.items():
            os.environ.setdefault(name, value)
    if command not in WITHOUT_DATABASE:
        database.attach()
    from django.core.management import execute_from_command_line

    execute_from_command_line(arguments)

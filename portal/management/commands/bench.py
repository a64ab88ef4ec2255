"""``manage.py bench``: prints a table of ratios and writes it to .data/bench.json."""

import json
import os
import subprocess
import sys
from argparse import ArgumentParser
from importlib import import_module
from typing import Any

import psycopg
from django.core.management import BaseCommand, CommandError
from psycopg import sql

from portal import database

ROWS = (
    "loading", "pages", "section", "timeline", "export", "message", "listener", "hints", "booking",
    "slots",
)  # fmt: skip
SCRATCH = f"daybook_bench_{os.getpid()}"
ELSEWHERE = {"DATABASE_NAME": SCRATCH, "DATABASE_URL": "", "CLOCK_MAY_MOVE": "yes"}


class Command(BaseCommand):
    help = "Measures speed and memory as ratios to limits found in the same run."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("rows", nargs="*", choices=[*ROWS, []], help="rows to measure; all")
        parser.add_argument("--measure", choices=ROWS, help="measure one row here and print it")

    def handle(self, *_args: Any, **options: Any) -> None:
        if row := options["measure"]:
            self.stdout.write(json.dumps(import_module(f"portal.bench.{row}").run()))
            return
        found = {row: self._measured(row) for row in options["rows"] or ROWS}
        (database.DATA / "bench.json").write_text(json.dumps(found, indent=1), "utf-8")

    def _measured(self, row: str) -> dict[str, float]:
        """Measure a row in a process and a database of its own."""
        environment = os.environ | ELSEWHERE
        try:
            _make_scratch(row)
            done = subprocess.run(  # noqa: S603 (our own command)
                [sys.executable, "manage.py", "bench", "--measure", row],
                cwd=database.ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=False,
            )  # fmt: skip
        finally:
            _drop_scratch()
        if done.returncode:
            raise CommandError(f"{row} could not be measured.")
        figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
        for name, figure in figures.items():
            self.stdout.write(f"{row:12} {name:44} {figure:12,.3f}")
        return figures


def _drop_scratch() -> None:
    with psycopg.connect(database.own_server().url("postgres"), autocommit=True) as connected:
        dropped = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        connected.execute(dropped.format(sql.Identifier(SCRATCH)))


def _make_scratch(row: str) -> None:
    server = database.own_server()
    database.prepare(server, SCRATCH)
    environment = os.environ | ELSEWHERE
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity=0"],
        cwd=database.ROOT, env=environment, check=True,
    )  # fmt: skip
    prepare = getattr(import_module(f"portal.bench.{row}"), "prepare", None)
    if prepare:
        with psycopg.connect(server.url(SCRATCH), autocommit=True) as connected:
            prepare(connected)

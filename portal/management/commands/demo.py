"""``manage.py demo``: a hospital of made-up people, with everything served, until Ctrl-C."""

import subprocess
import sys
import time
from argparse import ArgumentParser
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from cms.seed import seed
from fhir.feeds import CannotAdd
from portal import clock, database, demonstration, processes
from portal.management.commands import serve
from portal.simulator import memory, table
from portal.simulator.accounts import ACCOUNTS, open_accounts
from portal.simulator.connected import connect
from portal.simulator.demo import Demo, DidNotHappen
from portal.simulator.memory import Memory
from portal.simulator.sender import NotTaken
from portal.simulator.steps import Steps


class Command(serve.Command):
    help = "Sets up a made-up hospital, serves everything, and lets things happen until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--seed", type=int, default=1, help="of everything that is by chance")
        parser.add_argument(
            "--memory",
            type=Path,
            default=database.DATA,
            help="the folder in which the demo keeps what the next start must know",
        )
        parser.add_argument(
            "--code",
            nargs="*",
            metavar="WHO",
            help="print the sign-in code of these accounts, or of all, and end",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["code"] is not None:
            self._print_codes(options["code"])
            return
        if settings.IS_PUBLIC:
            raise CommandError("A demo is not for the public: everybody's password is printed.")
        self._steps = Steps(self._say)
        remembered = self._prepared(options["memory"], options["seed"])
        demo = self._demo(remembered, options)
        try:
            processes.run(*self.parts(options), demo)
        except (DidNotHappen, NotTaken) as fault:
            raise CommandError(f"The demo hospital gave up: {fault}.") from None

    def _print_codes(self, words: list[str]) -> None:
        try:
            accounts = table.chosen(words)
        except LookupError as nobody:
            raise CommandError(str(nobody.args[0])) from None
        for account in accounts:
            self._say(table.codes_line(account, time.time()))

    def _prepared(self, folder: Path, chosen_seed: int) -> Memory:
        if _is_behind():
            with self._steps("The database is made"):
                _migrate()
        remembered = memory.remembered(folder, _which(), chosen_seed, clock.now())
        with self._steps("Public pages are written"):
            seed(clock.now().date())
        with self._steps("Accounts are opened"):
            open_accounts()
        if not remembered.token:
            with self._steps("Feeds are connected"):
                remembered.token = _connected()
                remembered.keep()
        return remembered

    def _demo(self, remembered: Memory, options: dict[str, Any]) -> Demo:
        base_url = f"http://localhost:{options['port']}"
        return Demo(
            memory=remembered,
            address=(settings.MLLP_HOST, options["mllp_port"]),
            base=f"{base_url}/fhir/R4",
            say=self._say,
            now=clock.now,
            quiet=demonstration.is_quiet,
            review=_review,
            ready=partial(self._show_accounts, base_url),
        )

    def _show_accounts(self, base_url: str) -> None:
        for line in table.accounts_table(base_url, time.time()):
            self._say(line)

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _review() -> None:
    for account in ACCOUNTS:
        if account.professional:
            demonstration.review(account.email, clock.now())


def _which() -> str:
    """Name the database, to tell its demo from that of another."""
    known = connection.settings_dict
    return f"{known['HOST']}:{known['PORT']}/{known['NAME']}"


def _is_behind() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _migrate() -> None:
    """In a process of its own: the tables are their owner's, and we are not."""
    connection.close()
    done = subprocess.run(  # noqa: S603 (our own command)
        [sys.executable, str(database.ROOT / "manage.py"), "migrate", "--verbosity=0"],
        check=False,
    )
    if done.returncode:
        raise CommandError("The database could not be made; what went wrong is above.")


def _connected() -> str:
    try:
        return connect()
    except CannotAdd as refused:
        raise CommandError(
            f"The feeds cannot be connected ({refused}). This database holds a demo that is not"
            " remembered here: use another, or delete .data and begin anew."
        ) from None

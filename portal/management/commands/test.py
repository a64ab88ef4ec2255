import sys
from typing import Any

from django.core.management.base import BaseCommand

from portal import checking


class Command(BaseCommand):
    help = (
        "Runs everything that CI checks. --quick leaves out the journeys in a browser; "
        "with any other argument only pytest runs, and gets it."
    )
    requires_system_checks: list[str] = []

    def run_from_argv(self, argv: list[str]) -> None:
        arguments = [argument for argument in argv[2:] if argument != "--quick"]
        quick = "--quick" in argv
        if "--help" in arguments:
            super().run_from_argv(argv)
        if arguments:
            sys.exit(checking.run_tests(arguments, quick=quick))
        sys.exit(checking.run(quick=quick))

    def handle(self, *args: Any, **options: Any) -> None:
        raise NotImplementedError("The arguments are pytest's, so Django does not read them.")

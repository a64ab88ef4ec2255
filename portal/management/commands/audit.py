from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from fhir import audit


class Command(BaseCommand):
    help = "Verifies the audit: every row has its link, and every link follows the one before."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("act", choices=["verify"])

    def handle(self, *_args: Any, **_options: Any) -> None:
        found = audit.verify()
        self.stdout.write(f"{found.linked} rows linked, {found.unlinked} waiting for their link")
        if found.broken:
            raise CommandError(f"The chain is broken: {found.broken}.")
        if not found.sound:
            raise CommandError("A row has waited too long for its link: is the relay running?")

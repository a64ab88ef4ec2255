"""``manage.py mllp``: takes messages from hospital systems, keeps them and acknowledges them."""

from argparse import ArgumentParser
from functools import partial
from typing import Any

from django.conf import settings
from django.core.checks import Tags
from django.core.management import BaseCommand

from fhir.hl7 import mllp
from portal import processes


class Command(BaseCommand):
    help = "Listens for HL7 v2 over MLLP; manage.py relay reads what it has kept."
    requires_system_checks = [Tags.security]  # of pages, only what serves them asks

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=settings.MLLP_HOST)
        parser.add_argument("--port", type=int, default=settings.MLLP_PORT)

    def handle(self, *_args: Any, **options: Any) -> None:
        host, port = options["host"], options["port"]
        processes.run(partial(mllp.serve, host, port, ready=partial(self._announce, host, port)))

    def _announce(self, host: str, port: int) -> None:
        self.stdout.write(f"Listening for HL7 on {host}:{port}")
        self.stdout.flush()

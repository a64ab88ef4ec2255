import socket
from argparse import ArgumentParser
from functools import partial
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from portal import processes

MLLP = "fhir.hl7.mllp.serve"
RELAY = "portal.management.commands.relay.run"


class Command(BaseCommand):
    help = "Serves everything in one process: pages, live updates, the HL7 listener and the relay."
    requires_system_checks = "__all__"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=settings.BIND_HOST)
        parser.add_argument("--port", type=int, default=settings.PORT)
        parser.add_argument("--mllp-port", type=int, default=settings.MLLP_PORT)
        parser.add_argument(
            "--web-only",
            action="store_true",
            help="leave the listener and the relay to processes of their own",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        processes.run(*self.parts(options))

    def parts(self, options: dict[str, Any]) -> list[processes.Part]:
        """Return all that is to run together; the demonstration adds a hospital to it."""
        _require_migrated()
        listening = _listen(options["host"], options["port"])
        mllp_port = None if options["web_only"] else options["mllp_port"]
        parts = [processes.web(listening, partial(self._announce, listening, mllp_port))]
        if mllp_port is not None:
            if serve_mllp := processes.found(MLLP):
                parts.append(partial(serve_mllp, settings.MLLP_HOST, mllp_port))
            if run_relay := processes.found(RELAY):
                parts.append(run_relay)
        return parts

    def _announce(self, listening: socket.socket, mllp_port: int | None) -> None:
        host, port = listening.getsockname()[:2]
        said = f"Serving on http://{'localhost' if host == '127.0.0.1' else host}:{port}"
        if mllp_port is not None:
            said += f", HL7 on {settings.MLLP_HOST}:{mllp_port}"
        self.stdout.write(said)
        self.stdout.flush()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as refused:
        raise CommandError(
            f"Cannot listen on {host}:{port} ({refused.strerror}); choose another with PORT."
        ) from None


def _require_migrated() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise CommandError("The database is not up to date: run manage.py migrate first.")

"""``manage.py reindex TYPE…``: after the table of search parameters has changed."""

from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from fhir.elements import RESOURCE_TYPES
from fhir.reindexing import reindex


class Command(BaseCommand):
    help = "Fills the search index of these types anew, while the service goes on."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("types", nargs="+", metavar="TYPE")

    def handle(self, *_args: Any, **options: Any) -> None:
        if unknown := sorted(set(options["types"]) - RESOURCE_TYPES):
            raise CommandError(f"no resource type of R4: {', '.join(unknown)}")
        for name in options["types"]:
            self.stdout.write(f"{name}: {sum(reindex(name))} resources")

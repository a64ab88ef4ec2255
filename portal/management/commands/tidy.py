import sys
from typing import Any

from django.core.management.base import BaseCommand

from portal import checking


class Command(BaseCommand):
    help = "Formats, and mends what a tool can mend; prints what is left."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        sys.exit(checking.tidy())

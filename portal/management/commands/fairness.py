"""``manage.py fairness``: to whom earlier times were offered, in groups, as a table to review."""

import csv
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand

from portal import clock
from portal.offers import fairness

_HEAD = (
    *("group", "value", "offered", "accepted", "declined", "expired", "gone"),
    "median days waited",
)


class Command(BaseCommand):
    help = "Say as CSV to whom earlier times were offered: by age, language and deprivation."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=int, default=90, help="how far back (90)")

    def handle(self, *args: Any, **options: Any) -> None:
        table = csv.writer(self.stdout)
        table.writerow(_HEAD)
        for row in fairness.review(clock.now() - timedelta(days=options["days"])):
            waited = "" if row.waited is None else f"{row.waited:.0f}"
            table.writerow([*(getattr(row, name) for name in _HEAD[:-1]), waited])

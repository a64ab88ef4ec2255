"""``manage.py copies``: makes the copies of records that wait to be made, and ends."""

from typing import Any

from django.core.checks import Tags
from django.core.management import BaseCommand

from portal import clock
from portal.export import making


class Command(BaseCommand):
    help = "Makes the copies of records that people have asked for; the relay starts it."
    requires_system_checks = [Tags.security]  # of pages, only what serves them asks

    def handle(self, *_args: Any, **_options: Any) -> None:
        making.take_up(clock.now())

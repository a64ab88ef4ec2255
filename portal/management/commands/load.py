"""``manage.py load PATH…``: FHIR files through the same door as a hospital's feed."""

import sys
from pathlib import Path
from typing import Any, Final

from django.core.checks import Tags
from django.core.management import BaseCommand, CommandError, CommandParser

from fhir import feeds
from portal import loading
from portal.loading import Tally

_WIDTH: Final = 30


class Command(BaseCommand):
    help = "Loads bundles, resources, NDJSON, folders of them, gzipped or not; exits 1 on refusals."
    requires_system_checks = [Tags.security]  # of pages, only what serves them asks

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument("--feed", default="load", help="the feed under whose name it goes in")
        parser.add_argument("--ods", default="LOCAL", help="ODS code of that feed, if it is new")
        parser.add_argument(
            "--backload", action="store_true", help="it is history: nobody is told of it"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            feeds.ensure(options["feed"], options["ods"])
            files = loading.files_in(options["paths"])
        except (feeds.CannotAdd, FileNotFoundError) as refused:
            raise CommandError(str(refused)) from None
        tally = self._load(files, options)
        counts = tally.counts()
        said = ", ".join(f"{counts[name]} {name}" for name in sorted(counts)) or "nothing"
        self.stdout.write(
            f"{len(tally.outcomes)} distinct resources from {len(files)} files: {said}"
        )
        if tally.refusals:
            for place, issue in tally.refusals:
                self.stderr.write(f"{place}: {issue.path or '(whole)'}: {issue.message}")
            raise CommandError(f"{len(tally.refusals)} refusals", returncode=1)

    def _load(self, files: list[Path], options: dict[str, Any]) -> Tally:
        sender = loading.sender_of(options["feed"], options["ods"], backload=options["backload"])
        tally, bar = Tally(), _Bar(sum(path.stat().st_size for path in files))
        for path in files:
            bar.show(path.name)
            loading.load(path, sender, tally)
            bar.advance(path.stat().st_size)
        bar.end()
        return tally


class _Bar:
    """Shows how far the files have been read, where somebody looks on."""

    def __init__(self, total: int) -> None:
        self.total, self.done = max(total, 1), 0
        self.is_watched = sys.stderr.isatty()

    def show(self, name: str) -> None:
        filled = _WIDTH * self.done // self.total
        bar = "#" * filled + "-" * (_WIDTH - filled)
        self._write(f"\r[{bar}] {100 * self.done // self.total:3} %  {name[:40]:40}")

    def advance(self, by: int) -> None:
        self.done += by

    def end(self) -> None:
        self.show("")
        self._write("\n")

    def _write(self, text: str) -> None:
        if self.is_watched:
            sys.stderr.write(text)
            sys.stderr.flush()

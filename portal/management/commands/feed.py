"""``manage.py feed add|list|revoke``: the hospital systems that may speak to us."""

from typing import Any, Final

from django.core.checks import Tags
from django.core.management import BaseCommand, CommandError, CommandParser

from fhir import feeds

# What concerns HL7 v2 alone.
_OF_HL7: Final[dict[str, dict[str, Any]]] = {
    "--sender": {"help": 'HL7 v2: "APPLICATION|FACILITY" of MSH-3 and MSH-4'},
    "--processing": {"default": "P", "help": "HL7 v2: P or T"},
    "--charset": {"default": "", "help": "HL7 v2: where MSH-18 does not say"},
    "--identifiers": {
        "action": "append",
        "default": [],
        "metavar": "AUTHORITY=SYSTEM",
        "help": "HL7 v2: the system of an assigning authority or identifier type; repeatable",
    },
    "--ack": {
        "choices": ["header", "original", "enhanced"],
        "default": "header",
        "help": "HL7 v2: how it is answered; as MSH-15 and MSH-16 say, unless told",
    },
    "--empty-means": {"default": "keep", "help": "HL7 v2: keep or delete"},
    "--section": {"help": "HL7 v2: the service of reports that name none, LAB unless told"},
    "--interpreter": {"help": "HL7 v2: its own field for who needs an interpreter, as ZPI-2"},
    "--filler-is-shared": {
        "action": "store_true",
        "help": "HL7 v2: its number stands for a sample, not for a report",
    },
    "--certificate": {"default": "", "help": "HL7 v2: whom its client certificate must name"},
}


class Command(BaseCommand):
    help = "Adds, lists and revokes hospital feeds; a new feed's token is the last word printed."
    requires_system_checks = [Tags.security]  # of pages, only what serves them asks

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        adding = acts.add_parser("add", help="admit a system; prints its token, once")
        adding.add_argument("name", help="small letters, digits and hyphens")
        adding.add_argument("--ods", required=True, help="ODS code of its organisation")
        adding.add_argument("--phone", default="", help="whom operations call")
        adding.add_argument(
            "--silence-minutes",
            type=int,
            default=24 * 60,
            help="after this long without a word its results are marked as not up to date",
        )
        for name, described in _OF_HL7.items():
            adding.add_argument(name, **described)
        acts.add_parser("list", help="every feed, and since when it has been silent")
        acts.add_parser("revoke", help="let a feed speak no more").add_argument("name")

    def handle(self, *_args: Any, **options: Any) -> None:
        match options["act"]:
            case "add":
                self._add(options)
            case "list":
                self._list()
            case "revoke":
                self._revoke(options["name"])

    def _add(self, options: dict[str, Any]) -> None:
        terms = feeds.Terms(
            name=options["name"],
            ods=options["ods"].upper(),
            sender=options["sender"],
            processing=options["processing"].upper(),
            charset=options["charset"],
            identifiers=_pairs(options["identifiers"], "--identifiers"),
            ack={} if options["ack"] == "header" else {"mode": options["ack"]},
            empty_means=options["empty_means"],
            reading=_reading(options),
            certificate=options["certificate"],
            phone=options["phone"],
            silence_minutes=options["silence_minutes"],
        )
        try:
            token = feeds.add(terms)
        except feeds.CannotAdd as refused:
            raise CommandError(str(refused)) from None
        self.stdout.write(f"The token of {terms.name}, shown this once: {token}")

    def _list(self) -> None:
        for feed in feeds.known():
            state = "revoked" if feed.revoked_at else "live"
            last = f"{feed.last_used_at:%Y-%m-%d %H:%M}" if feed.last_used_at else "never"
            sender = feed.sender or "-"
            self.stdout.write(f"{feed.name}\t{feed.ods}\t{state}\t{sender}\tlast heard {last}")

    def _revoke(self, name: str) -> None:
        if not feeds.revoke(name):
            raise CommandError(f"there is no live feed {name}")
        self.stdout.write(f"{name} speaks no more")


def _reading(options: dict[str, Any]) -> dict[str, str | bool]:
    """Return what is read otherwise than usual."""
    reading: dict[str, str | bool] = {}
    if options["section"]:
        reading["section"] = options["section"]
    if options["interpreter"]:
        reading["interpreter"] = options["interpreter"]
    if options["filler_is_shared"]:
        reading["filler_is_shared"] = True
    return reading


def _pairs(written: list[str], option: str) -> dict[str, str]:
    pairs = {}
    for pair in written:
        name, sign, value = pair.partition("=")
        if not name or not sign or not value:
            raise CommandError(f"{option} is written NAME=VALUE, not {pair}")
        pairs[name] = value
    return pairs

"""Who looks after a person, in words."""

from collections.abc import Iterator

from fhir.paths import find
from portal.record import values, words
from portal.record.entry import Entry, row
from portal.record.statuses import IN_USE

_MOST = 50


class CareTeam(Entry):
    """A team, and who is in it."""

    untitled = "A care team"
    coded = "Code of this kind of team"
    named = ("name", "category", "reasonCode")
    dated = ("period",)
    is_dated = False
    statuses = IN_USE
    table = (
        row("When", "period"),
        row("What it is for", "reasonCode reasonReference"),
        row("Run by", "managingOrganization"),
        row("Phone or email", "telecom"),
    )
    passages = (row("Notes", "note"),)

    def members(self) -> list[tuple[str, str]]:
        """Return role and name of each."""
        found = []
        for one in find(self.resource, "participant")[:_MOST]:
            name = values.said(find(one, "member"), self.names)
            role = values.said(find(one, "role"), self.names)
            if name or role:
                found.append((role if name and role else "In the team", name or role))
        return list(dict.fromkeys(found))

    def note(self) -> str:
        return words.enumerated(name for _, name in self.members())

    def rows(self) -> Iterator[tuple[str, str]]:
        yield from self.members()
        yield from super().rows()

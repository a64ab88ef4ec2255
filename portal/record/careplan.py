"""A plan of care, in words."""

from collections.abc import Iterator
from dataclasses import replace

from fhir.paths import find
from portal.record import values, words
from portal.record.entry import Entry, row
from portal.record.statuses import ASKED

_STATES = {
    "completed": "done",
    "cancelled": "cancelled",
    "stopped": "stopped",
    "on-hold": "paused",
    "in-progress": "going on now",
    "scheduled": "planned",
}
_SHORT = 200  # characters of a plan that may stand in a list


class CarePlan(Entry):
    """What is planned, by whom, and what for."""

    untitled = "A plan of care"
    coded = "Code of this plan"
    named = ("title", "category", "description")
    dated = ("period", "created")
    statuses = {**ASKED, "active": replace(ASKED["active"], meaning="This is the plan for now.")}
    table = (
        row("When", "period"),
        row("What it is for", "addresses"),
        row("Goals", "goal"),
        row("Written by", "author contributor"),
        row("Written", "created"),
        row("Team", "careTeam"),
    )
    passages = (row("About this plan", "description"), row("Notes", "note"))

    def note(self) -> str:
        author, about = self.say("author"), self.say("description")
        if not about or len(about) > _SHORT:
            about = words.enumerated(self.planned()[:3])
        return words.sentences(about, author and f"Written by {author}")

    def planned(self) -> list[str]:
        """Return what is to be done, each with how far it has come."""
        said = map(self._activity, find(self.resource, "activity"))
        return list(dict.fromkeys(filter(None, said)))

    def _texts(self) -> Iterator[tuple[str, list[str]]]:
        yield from super()._texts()
        if planned := self.planned():
            yield "What is planned", words.bounded(planned)

    def _activity(self, activity: object) -> str:
        if not isinstance(activity, dict):
            return ""
        said = [
            text
            for path in ("detail.code", "detail.description", "reference", "outcomeCodeableConcept")
            if (text := values.said(find(activity, path), self.names))
        ]
        states = (_STATES.get(str(one), "") for one in find(activity, "detail.status"))
        state = next(filter(None, states), "")
        when = values.said(find(activity, "detail.scheduledTiming")) or values.said(
            find(activity, "detail.scheduledPeriod")
        )
        what = ", ".join(filter(None, [*dict.fromkeys(said), when])) if said else ""
        return f"{what} ({state})" if what and state else what

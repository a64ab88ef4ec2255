"""Messages that wait for a person: the lists of them, one of them in full, and what may be done."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from fhir import queues
from fhir.access import Viewer
from fhir.feeds import known
from fhir.hl7 import queue
from fhir.hl7.faults import sentence
from fhir.hl7.inbox import State
from fhir.hl7.queue import STANDING, Entry
from fhir.hl7.rehearsal import rehearse
from portal.ops.making import said_of
from portal.ops.masking import Line, entries_of, lines_of
from portal.record.dates import moment

PAGE: Final = 25


@dataclass(frozen=True, slots=True)
class View:
    """One of the lists; `mark` names what messages are marked with, which needs no act."""

    key: str
    title: str
    states: tuple[State, ...] = ()
    mark: str = ""

    @property
    def may_be_read_again(self) -> bool:
        return bool(self.states) and set(self.states) <= set(STANDING)


VIEWS: Final = (
    View("failed", "Failed", (State.PARKED,)),
    View("unmatched", "Unmatched", (State.UNMATCHED,)),
    View("review", "Who is it?", (State.REVIEW,)),
    View("not-mapped", "Not mapped", (State.NOT_MAPPED,)),
    View("waiting", "Waiting", (State.WAITING, State.RETRY)),
    View("set-aside", "Set aside", (State.SET_ASIDE,)),
    View("late", "Late or out of order", mark="late"),
    View("reused", "Control id used again", mark="reused"),
)

_SENTENCES: Final = {
    State.PARKED: "It is kept, and nothing of it is in the record.",
    State.UNMATCHED: "It waits, and files itself when the person arrives.",
    State.REVIEW: "Somebody decides who this is. Nothing was changed.",
    State.NOT_MAPPED: "Nothing was lost: it is kept, and can be read again when we can read it.",
    State.WAITING: "It will be read in its turn.",
    State.RETRY: "It will be tried again by itself.",
    State.SET_ASIDE: "Somebody has set it aside. It holds nobody up.",
    State.DONE: "It has been filed.",
}
_IN_TURN: Final = (State.WAITING, State.RETRY)


@dataclass(frozen=True, slots=True)
class Opened:
    """A message with its fault in words and its segments; hidden fields unless asked for."""

    entry: Entry
    fault: str
    sentence: str
    lines: list[Line]
    is_open: bool
    behind: int
    today: str
    made: list[tuple[str, str]]
    changes_nothing: bool
    notes: list[str] = field(default_factory=list)

    @property
    def may_replay(self) -> bool:
        is_in_vain = self.entry.state == State.DONE and self.changes_nothing
        return self.entry.state not in _IN_TURN and not is_in_vain

    @property
    def may_set_aside(self) -> bool:
        return self.entry.state not in {State.DONE, State.SET_ASIDE}


def view_of(key: str) -> View | None:
    return next((view for view in VIEWS if view.key == key), None)


def listed(view: View, feed: str, before: int | None) -> tuple[list[tuple[Entry, str]], bool]:
    """Return one page of a list, each with its fault in words, and whether more follow."""
    found = queue.listed(view.states, feed, before, PAGE + 1, view.mark)
    return [(one, sentence(one.place, one.error)) for one in found[:PAGE]], len(found) > PAGE


def counts() -> dict[str, int]:
    """Return how many wait in each list that is about waiting."""
    found = queue.counts()
    return {
        view.key: sum(found.get(state, 0) for state in view.states) for view in VIEWS if view.states
    }


def opened(number: int, raw: bytes | None = None) -> Opened | None:
    """Return a message, or None where there is none; with `raw`, nothing of it is hidden."""
    entry = queue.entry(number)
    if entry is None:
        return None
    rehearsal = None if entry.state in _IN_TURN else rehearse(entry)
    place = (rehearsal.place if rehearsal else "") or entry.place
    return Opened(
        entry,
        sentence(entry.place, entry.error),
        _SENTENCES[entry.state],
        _lines(entry, raw, place),
        raw is not None,
        queues.behind(number),
        sentence(rehearsal.place, rehearsal.error) if rehearsal else "",
        said_of(rehearsal.made) if rehearsal else [],
        rehearsal is not None and rehearsal.changes_nothing,
        [line for line in entry.note.splitlines() if line],
    )


def reveal(viewer: Viewer, number: int, reason: str) -> Opened | None:
    """Return a message with nothing hidden, after that has been accounted for.

    :raises queues.NotTheirs: it is about the viewer or a relation.
    """
    return opened(number, queues.opened(viewer, number, reason))


def replay(viewer: Viewer, number: int) -> str:
    """Let a message be read again, and return what comes of it in a sentence.

    :raises queues.NotTheirs: it is about the viewer or a relation.
    """
    entry = queue.entry(number)
    if entry and entry.state == State.DONE and rehearse(entry).changes_nothing:
        return "It would change nothing: the record says this, or something newer, already."
    if queues.read_again(viewer, [number], "read again"):
        return "It will be read again within seconds. Look again to see what came of it."
    return "It is being read already."


def replay_all(viewer: Viewer, view: View, feed: str, newest: int) -> int:
    """Let all of a list be read again, up to the newest that was on the page; return how many.

    :raises queues.NotTheirs: one is about the viewer or a relation; none is read then.
    """
    found = queue.listed(view.states, feed, newest + 1, queues.MOST)
    return len(queues.read_again(viewer, [one.id for one in found], f"read again: {view.title}"))


def set_aside(viewer: Viewer, number: int, reason: str, now: datetime) -> bool:
    """Let a message hold nobody up; return whether it does not any more.

    :raises queues.NotTheirs: it is about the viewer or a relation.
    """
    return queues.set_aside(viewer, number, reason, signed(viewer, now, "set it aside", reason))


def signed(viewer: Viewer, now: datetime, act: str, reason: str) -> str:
    """Return the line that stays with a message: when, who, what and why."""
    return f"{moment(now)}. {viewer.name} {act}: {' '.join(reason.split())}"


def _lines(entry: Entry, raw: bytes | None, place: str) -> list[Line]:
    content = queue.raw_of(entry.id) if raw is None else raw
    if entry.kind == "FHIR":
        return entries_of(content, place, open_=raw is not None)
    charset = next((one.charset for one in known() if one.name == entry.feed), "")
    return lines_of(content, charset, place, open_=raw is not None)

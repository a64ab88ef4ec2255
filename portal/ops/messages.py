"""Messages that wait for a person: the lists of them, and one of them in full."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from fhir import queues
from fhir.access import Interaction, Viewer
from fhir.feeds import known
from fhir.hl7 import queue
from fhir.hl7.inbox import State
from fhir.hl7.queue import Entry
from fhir.paths import Json, find
from fhir.summary import summary_of
from fhir.watch import FAILED
from portal.ops.masking import Line, lines_of
from portal.record.dates import moment

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class View:
    """One of the lists; `flag` names what is marked and needs no act."""

    key: str
    title: str
    states: tuple[State, ...] = ()
    flag: str = ""


VIEWS: Final = (
    View("failed", "Failed", FAILED),
    View("unmatched", "Unmatched", (State.UNMATCHED,)),
    View("review", "Who is it?", (State.REVIEW,)),
    View("not-mapped", "Not mapped", (State.NOT_MAPPED,)),
    View("waiting", "Waiting", (State.WAITING, State.RETRY)),
    View("set-aside", "Set aside", (State.SET_ASIDE,)),
    View("out-of-order", "Out of order", flag="out_of_order"),
    View("reused", "Control id used again", flag="reused_control_id"),
)

_SENTENCES: Final = {
    State.PARKED: "It cannot be read.",
    State.UNMATCHED: "It waits, and files itself when the person arrives.",
    State.REVIEW: "Somebody decides who this is. Nothing was changed.",
    State.NOT_MAPPED: "Nothing was lost: it is kept, and can be read again when we can read it.",
    State.WAITING: "It will be read in its turn.",
    State.RETRY: "It will be tried again by itself.",
    State.SET_ASIDE: "Somebody has set it aside. It holds nobody up.",
    State.DONE: "It has been filed.",
}


@dataclass(frozen=True, slots=True)
class Opened:
    """A message with its fault in words and its segments; hidden fields unless asked for."""

    entry: Entry
    fault: str
    sentence: str
    lines: list[Line]
    is_open: bool
    behind: int
    made: list[tuple[str, str]]
    unreadable: str
    may_replay: bool
    may_set_aside: bool
    notes: list[str] = field(default_factory=list)


def view_of(key: str) -> View | None:
    return next((view for view in VIEWS if view.key == key), None)


def listed(view: View, feed: str, before: int | None) -> tuple[list[Entry], bool]:
    """Return one page of a list, and whether more follow."""
    found = queue.listed(view.states, feed, before, PAGE + 1, view.flag)
    return found[:PAGE], len(found) > PAGE


def counts() -> dict[str, int]:
    """Return how many wait in each list that is about waiting."""
    found = queue.counts()
    return {
        view.key: sum(found.get(state, 0) for state in view.states) for view in VIEWS if view.states
    }


def opened(number: int, *, open_: bool = False) -> Opened | None:
    """Return a message, or None where there is none; what it would make is worked out anew."""
    entry = queue.entry(number)
    if entry is None:
        return None
    settings = next((one.charset for one in known() if one.name == entry.feed), "")
    made = queues.would_make(number)
    place = made.place or entry.place
    lines = lines_of(queue.raw_of(number), settings, place, open_=open_)
    return Opened(
        entry,
        _fault(entry),
        _SENTENCES[entry.state],
        lines,
        open_,
        queues.behind(number),
        list(_made(made.resources)),
        f"{_place(made.place)}: {made.fault}." if made.fault else "",
        entry.state not in {State.WAITING, State.RETRY},
        entry.state not in {State.DONE, State.SET_ASIDE},
        [line for line in entry.note.splitlines() if line],
    )


def replay(viewer: Viewer, number: int) -> bool:
    """Let a message be read again; return whether it will be."""
    queues.account(viewer, number, Interaction.UPDATE)
    return queue.read_again([number]) == [number]


def set_aside(viewer: Viewer, number: int, reason: str, now: datetime) -> bool:
    """Let a message hold nobody up; return whether it does not any more."""
    entry = queue.entry(number)
    queues.account(viewer, number, Interaction.UPDATE)
    before = f"{entry.note}\n" if entry and entry.note else ""
    note = f"{before}{_signed(viewer, now)} set it aside: {reason}"
    return queue.set_aside([number], note) == [number]


def reveal(viewer: Viewer, number: int, reason: str, now: datetime) -> None:
    """Account for showing what is hidden, before it is shown."""
    queues.account(viewer, number)
    queues.annotate(number, f"{_signed(viewer, now)} saw the hidden fields: {reason}")


def _signed(viewer: Viewer, now: datetime) -> str:
    return f"{moment(now)}. {viewer.name}"


def _fault(entry: Entry) -> str:
    """Return what is wrong in one sentence that names the field."""
    if not entry.error:
        return ""
    said = f"{entry.error[:1].upper()}{entry.error[1:]}"
    return f"{_place(entry.place)}: {said}" if entry.place else said


def _place(place: str) -> str:
    """Return where it is, as one says it.

    >>> _place("OBX[2]-5"), _place("PID-3")
    ('OBX-5 of OBX number 2', 'PID-3')
    """
    name, bracket, rest = place.partition("[")
    if not bracket:
        return place
    number, _, after = rest.partition("]")
    return f"{name}{after} of {name} number {number}"


def _made(resources: tuple[Json, ...]) -> Iterator[tuple[str, str]]:
    """Yield what would be made, without a word on who it is about."""
    for resource in resources:
        kind = resource["resourceType"]
        if kind == "Patient":
            yield "Person", "details hidden"
        elif kind == "DiagnosticReport":
            title = summary_of(resource).get("title") or "without a name"
            yield "Report", f"{title}, withheld until a rule or a clinician releases it"
        elif kind == "Observation":
            yield _result(resource)
        else:
            yield kind, summary_of(resource).get("status", "")


def _result(resource: Json) -> tuple[str, str]:
    facts = summary_of(resource)
    if facts.get("number") is None:
        said = "coded or in words" if facts.get("value") or facts.get("parts") else "no value"
    else:
        said = f"{facts['comparator']}{facts['number']} {facts['unit']}".strip()
    flags = " ".join(str(flag) for flag in find(resource, "interpretation.coding.code"))
    status = facts["status"] if facts["status"] != "final" else ""
    return facts.get("title") or "Result", ", ".join(one for one in (said, flags, status) if one)

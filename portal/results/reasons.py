"""Why a result waits, in words for a clinician: a tag, and a sentence that names the rule."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.record.dates import clock, weekday
from portal.results.models import DueRelease
from portal.results.policy import POLICY, Mode, Row
from portal.results.release import Why

State = DueRelease.State
RULES = {row.name: row for row in POLICY}

_SENTENCES = {
    Why.RULE: "Nobody has looked yet.",
    Why.OUT_OF_HOURS: "Came in outside working hours.",
    Why.NOT_LISTED: "No rule names this test.",
    Why.NOT_FINAL: "Not final yet. A new version will be decided again.",
    Why.CRITICAL: "The laboratory marked a value as critical, or asked for a doctor first.",
    Why.FLAG: "The laboratory used a mark that no rule knows.",
    Why.DOCUMENT: "A document is attached.",
    Why.WORDS: "Free text in the report.",
    Why.INCOMPLETE: "Not all of it has come in.",
    Why.ERASED: "Entered in error.",
}


@dataclass(frozen=True, slots=True)
class Reason:
    tag: str
    colour: str
    sentence: str


def reason_of(row: DueRelease, *, overdue: bool = False) -> Reason:
    """Return why it waits; `overdue` if a team should have decided by now."""
    rule = RULES.get(row.rule)
    if row.state == State.HELD:
        return Reason("Held", "white", f"Held by {row.decided_by}.")
    if row.why == Why.CRITICAL:
        return Reason("Critical", "red", _SENTENCES[Why.CRITICAL])
    if row.state == State.LATER and row.due_at:
        return Reason("Opens by itself", "white", f"{_said(rule, row.why)} {opens(row.due_at)}.")
    if row.state == State.IN_PERSON:
        return Reason("In person", "yellow" if overdue else "white", _said(rule, row.why))
    return Reason("After review", "yellow" if overdue else "white", _said(rule, row.why))


def opens(at: datetime) -> str:
    """Return when it opens by itself.

    >>> from datetime import UTC
    >>> opens(datetime(2026, 3, 11, 9, 0, tzinfo=UTC))
    'Opens on Wednesday 11 March 2026 at 9am'
    """
    return f"Opens on {weekday(at)} at {clock(at)}"


def because(row: DueRelease) -> list[str]:
    """Return all the sentences of why it waits, with what its rule asks for."""
    rule, why = RULES.get(row.rule), Why(row.why)
    said = [reason_of(row).sentence] if row.state == State.HELD else []
    if why != Why.RULE or rule is None:
        said.append(_SENTENCES[why])
    if rule is not None:
        said.append(_in_full(rule))
    if row.state == State.LATER and row.due_at:
        said.append(f"{opens(row.due_at)}.")
    return said


def _in_full(rule: Row) -> str:
    """Return what the rule asks for, with the hazard that it answers."""
    asks = {
        Mode.NOW: "By itself it would be shown at once",
        Mode.AFTER_DAYS: f"By itself it is shown after {rule.days} working days",
        Mode.AFTER_REVIEW: "It is shown after somebody has looked at it",
        Mode.IN_PERSON: "The patient is told in person first",
    }[rule.mode]
    return f"Rule {rule.hazard}: this result {rule.says}. {asks}."


def waited(since: datetime, now: datetime) -> str:
    """Return how long something has waited, as one says it.

    >>> from datetime import UTC
    >>> now = datetime(2026, 3, 12, 9, 0, tzinfo=UTC)
    >>> waited(now - timedelta(minutes=72), now), waited(now - timedelta(days=3, hours=2), now)
    ('1 h 12 min', '3 days')
    """
    gone = max(now - since, timedelta(0))
    if gone >= timedelta(days=1):
        return f"{gone.days} {'day' if gone.days == 1 else 'days'}"
    hours, minutes = divmod(int(gone.total_seconds()) // 60, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def _said(rule: Row | None, why: str) -> str:
    if why == Why.RULE and rule:
        return f"Rule {rule.hazard}: it {rule.says}."
    return _SENTENCES[Why(why)]

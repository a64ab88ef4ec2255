"""Who helps a patient, as the patient reads it: now, waiting and in the past."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from fhir import audit
from fhir.access import Viewer
from portal.carers import rules, scopes
from portal.carers.models import Sharing
from portal.carers.relationships import words_for
from portal.carers.rules import Basis, Reason, Stage, State
from portal.carers.standing import seen_through
from portal.record.dates import day

# How a sharing of the past came to an end.
_ENDINGS = {
    Reason.PATIENT_REQUEST: "You stopped it.",
    Reason.END_DATE: "It ended on the day that you chose.",
    Reason.RELATIONSHIP: "They stopped it.",
    Reason.OTHER: "You changed it to another.",
}
_MOST_PAST = 20


@dataclass(frozen=True, slots=True)
class Helper:
    """Somebody who helps or helped; `ends` is in words."""

    id: int
    name: str
    relation: str
    can_see: str
    cannot_see: str
    ends: str
    last_looked: datetime | None
    is_own_choice: bool

    @property
    def first_name(self) -> str:
        return self.name.partition(" ")[0]


@dataclass(frozen=True, slots=True)
class Waiting:
    id: int
    name: str
    relation: str
    invited_at: datetime
    expires_at: datetime
    is_over: bool


@dataclass(frozen=True, slots=True)
class Listing:
    helpers: list[Helper]
    waiting: list[Waiting]
    past: list[str]


def listing(viewer: Viewer, patient: str, now: datetime, today: date) -> Listing:
    """Return everybody who helps this patient, in two queries."""
    rows = list(
        Sharing.objects.filter(patient=patient).select_related("carer").order_by("-invited_at")
    )
    held = [row for row in rows if is_shown(row, today)]
    looked = audit.last_looks(viewer, patient, [row.who for row in held])
    return Listing(
        [helper(row, today, looked.get(row.who)) for row in held],
        [_waiting(row, now) for row in rows if row.state == State.INVITED],
        list(_past(rows, today))[:_MOST_PAST],
    )


def helper(row: Sharing, today: date, looked: datetime | None = None) -> Helper:
    seen = seen_through(row, today)
    return Helper(
        id=row.pk,
        name=row.called,
        relation=words_for(row.relationship),
        can_see=scopes.words_of(seen) or "Nothing at the moment",
        cannot_see=scopes.words_of(scopes.EVERYTHING - seen),
        ends=day(row.ends_on) if row.ends_on else _no_end(row),
        last_looked=looked,
        is_own_choice=row.basis == Basis.PATIENT,
    )


def is_shown(row: Sharing, today: date) -> bool:
    """Whether somebody helps, if only later on: the daily task may be about to say so."""
    is_held = row.state in {State.ACTIVE, State.SUSPENDED}
    return is_held and not rules.is_over(row, today)


def _no_end(row: Sharing) -> str:
    if row.basis == Basis.PATIENT:
        return "When you stop it"
    return "When you are 16" if row.stage != Stage.ENDED else ""


def _waiting(row: Sharing, now: datetime) -> Waiting:
    is_over = not rules.is_open(row, now)
    relation = words_for(row.relationship)
    return Waiting(row.pk, row.name, relation, row.invited_at, row.expires_at, is_over)


def _past(rows: list[Sharing], today: date) -> Iterator[str]:
    for row in rows:
        ended = row.ended_at or (row.ends_on if rules.is_over(row, today) else None)
        if row.accepted_at and ended and not is_shown(row, today):
            what = scopes.words_of(row.scopes)
            how = _ENDINGS.get(Reason(row.reason), "")
            yield f"{row.called} could see your {_lower(what)} until {day(ended)}. {how}".strip()


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]

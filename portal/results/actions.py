"""What a clinician does with a result that waits: show it, or hold it; each is one transaction."""

import enum
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from fhir.access import SYSTEM, Viewer
from fhir.paths import Json
from fhir.store import Conflict, NotFound, Repository
from portal.results.cases import Case, cases_of
from portal.results.following import free_followers
from portal.results.models import DueRelease
from portal.results.release import release

State = DueRelease.State
MOST_WORDS = 1000
_MODES = "http://terminology.hl7.org/CodeSystem/v3-ParticipationMode"


class Told(enum.StrEnum):
    """How the patient has been told what the result says."""

    PHONE = "phone"
    PERSON = "person"
    NOT_YET = "no"


_MEDIA = {Told.PHONE: ("PHONE", "telephone"), Told.PERSON: ("FACE", "face-to-face")}


class LookAgain(Exception):
    """Another version came in after the page was made."""


class Decided(Exception):
    """It has been released already."""


class OnlyInPerson(Exception):
    """The rule asks that the patient be told in person first."""


@dataclass(frozen=True, slots=True)
class Act:
    """What a clinician decides, about the versions that they had before them."""

    resource_type: str
    logical_id: str
    seen: str
    now: datetime
    told: Told = Told.NOT_YET
    words: str = ""


@dataclass(slots=True)
class _Open:
    row: DueRelease
    case: Case
    records: Repository = field(repr=False)


def signed(viewer: Viewer) -> str:
    """Return a clinician's name and role, as under a comment."""
    return ", ".join(part for part in (viewer.name, viewer.role) if part)


def stamp(case: Case) -> str:
    """Return what stands for the versions of a report and all its parts."""
    versions = sorted(
        f"{one.resource_type}/{one.id}/{one.version}" for one in (case.subject, *case.parts)
    )
    return hashlib.sha256("\n".join(versions).encode()).hexdigest()[:16]


def release_now(records: Repository, act: Act) -> None:
    """Show the patient a result, with a comment if there is one.

    :raises Decided, LookAgain, OnlyInPerson: nothing is shown.
    :raises NotFound: it is not this clinician's to decide.
    """
    with _opened(records, act) as found:
        if found.row.state == State.IN_PERSON and act.told != Told.PERSON:
            raise OnlyInPerson
        subject, parts = found.case.evidence
        release(found.records, [subject, *parts])
        for said in _said(found, act):
            found.records.create(said)
        _decide(found, State.RELEASED, act.now)
        free_followers(Repository(SYSTEM), found.row.patient, act.now)


def hold(records: Repository, act: Act) -> None:
    """Keep a result from the patient until somebody decides otherwise; `words` say why.

    :raises Decided, LookAgain: nothing changes.
    :raises NotFound: it is not this clinician's to decide.
    """
    with _opened(records, act) as found:
        reason = _communication(found, act) | {
            "category": [{"text": "Why a result is held"}],
            "payload": [{"contentString": act.words}],
        }
        found.records.create(reason)
        _decide(found, State.HELD, act.now)


@contextmanager
def _opened(records: Repository, act: Act) -> Iterator[_Open]:
    """Open what is to be decided, locked, if it is still what the clinician saw."""
    lent = records.lent_writes("Communication")
    with lent.transaction():
        rows = DueRelease.objects.select_for_update().filter(
            resource_type=act.resource_type, logical_id=act.logical_id
        )
        row = rows.first()
        if row is None:
            raise NotFound(f"{act.resource_type}/{act.logical_id}")
        reading = records.on_account_of({row.patient: [f"{act.resource_type}/{act.logical_id}"]})
        cases = cases_of(reading, row.patient, {act.resource_type: {act.logical_id}})
        case = next(
            (one for one in cases if one.address == (act.resource_type, act.logical_id)), None
        )
        if case is None:
            raise NotFound(f"{act.resource_type}/{act.logical_id}")
        if row.state == State.RELEASED and not case.is_withheld:
            raise Decided
        if stamp(case) != act.seen:
            raise LookAgain
        try:
            yield _Open(row, case, lent)
        except Conflict:
            raise LookAgain from None


def _decide(found: _Open, state: State, now: datetime) -> None:
    row = found.row
    row.state, row.due_at, row.version = state, None, found.case.subject.version
    row.decided_at, row.decided_by = now, found.records.viewer.name
    row.save(update_fields=["state", "due_at", "version", "decided_at", "decided_by"])


def _said(found: _Open, act: Act) -> Iterator[Json]:
    """Return what was said to the patient: by phone or in person, and in writing."""
    patient = [{"reference": f"Patient/{found.row.patient}"}]
    if act.told in _MEDIA:
        code, display = _MEDIA[act.told]
        coding = {"system": _MODES, "code": code, "display": display}
        yield _communication(found, act) | {"recipient": patient, "medium": [{"coding": [coding]}]}
    if act.words:
        payload = [{"contentString": act.words}]
        yield _communication(found, act) | {"recipient": patient, "payload": payload}


def _communication(found: _Open, act: Act) -> Json:
    """Return a message about the report; one without a recipient is for staff alone."""
    viewer = found.records.viewer
    return {
        "resourceType": "Communication",
        "status": "completed",
        "basedOn": [{"reference": f"{act.resource_type}/{act.logical_id}"}],
        "subject": {"reference": f"Patient/{found.row.patient}"},
        "sender": {"reference": viewer.who, "display": signed(viewer)},
        "sent": act.now.isoformat(timespec="seconds"),
    }

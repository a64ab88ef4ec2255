"""What the demo needs of the rest: to know when all is taken in, and a clinician at her desk."""

from datetime import datetime, timedelta
from typing import Final

from fhir import watch
from fhir.hl7 import queue
from fhir.hl7.inbox import State
from fhir.store import Repository
from portal.identity.models import User
from portal.results.actions import Act, Decided, LookAgain, Told, release_now, stamp
from portal.results.cases import Case, cases_of
from portal.results.models import DueRelease
from portal.simulator.accounts import at_work

# What came in since then still lies on her desk.
_UNREAD: Final = timedelta(days=4)
_WORDS: Final = (
    "Your haemoglobin is a little low. Your iron tablets should help, so please keep taking them."
    " One white cell count is a little high, which steroids often cause. Nothing here is urgent."
    " We will talk about it at your next visit."
)


def review(email: str, now: datetime) -> None:
    """Release as this clinician what came in a while ago, and explain what was corrected."""
    records = Repository(at_work(User.objects.get(email=email), now))
    for row in _waiting(records):
        case = _case(records, row)
        if case and (act := _act(row, case, now)):
            try:
                release_now(records, act)
            except (Decided, LookAgain):
                continue  # it was decided, or changed, while she looked


def _waiting(records: Repository) -> list[DueRelease]:
    with records.transaction():
        return list(DueRelease.objects.filter(state__in=DueRelease.WAITING).order_by("pk"))


def _case(records: Repository, row: DueRelease) -> Case | None:
    reading = records.on_account_of({row.patient: [f"{row.resource_type}/{row.logical_id}"]})
    found = cases_of(reading, row.patient, {row.resource_type: {row.logical_id}})
    address = (row.resource_type, row.logical_id)
    return next((case for case in found if case.address == address), None)


def _act(row: DueRelease, case: Case, now: datetime) -> Act | None:
    subject, _ = case.evidence
    is_corrected = subject.status == "corrected"
    if subject.said_at > now - _UNREAD and not is_corrected:
        return None
    in_person = row.state == DueRelease.State.IN_PERSON
    return Act(
        row.resource_type,
        row.logical_id,
        stamp(case),
        now,
        told=Told.PERSON if in_person else Told.NOT_YET,
        words=_WORDS if is_corrected else "",
    )


def is_quiet() -> bool:
    """Whether all that was received has been read, and all who hear of it have been told."""
    standing = queue.counts()
    unread = standing.get(State.WAITING, 0) + standing.get(State.RETRY, 0)
    return not unread and not watch.backlog().changes

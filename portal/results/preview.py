"""A result as its patient would see it, for the clinician who is about to show it.

Everything around it (earlier values, old versions) is what the patient has been shown; what is
being decided is added. Whatever is read stands in the audit as read by the clinician.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from fhir.access import READING, Facts, Grant, Interaction, Verdict, Viewer, decide
from fhir.labels import Label
from fhir.store import Criteria, Repository, Stored, Summary
from portal.identity import grants
from portal.record import words
from portal.record.diagnosticreport import DiagnosticReport
from portal.record.reading import readings_of
from portal.results.actions import signed
from portal.results.attachments import Attachment, attachments_of
from portal.results.cases import DOCUMENT, REPORT, RESULT, Case
from portal.results.comments import Comment, comments_on
from portal.results.evidence import ERASED
from portal.results.panel import Panel, panel


@dataclass(frozen=True, slots=True)
class Preview:
    """What the patient's own page would hold; `report` where there is one."""

    heading: str
    report: DiagnosticReport | None
    panel: Panel
    comments: list[Comment]
    attachments: list[Attachment]


class _AsPatient(Repository):
    """The record as its patient sees it, read by a clinician and audited as theirs."""

    def __init__(
        self, staff: Repository, causes: Mapping[str, Sequence[str]], eyes: Viewer
    ) -> None:
        super().__init__(eyes)
        self._causes = causes
        self._staff = staff

    def history(
        self, resource_type: str, logical_id: str, *, late: bool = True, most: int | None = None
    ) -> list[Stored]:
        """Return the version to be shown, and those that the patient had been shown."""
        current, *before = self._staff.history(resource_type, logical_id, late=late, most=most)
        return [current, *(one for one in before if not one.labels & Label.NOPAT)]


def preview(records: Repository, case: Case, now: datetime, comment: str = "") -> Preview:
    """Return what the patient would see, with the clinician's comment above it."""
    patient, subject = case.subject.patient, case.subject
    causes = {patient: ["/".join(case.address)]}
    staff = records.on_account_of(causes)
    seen = _AsPatient(staff, causes, _eyes_of(records.viewer, patient))
    report = DiagnosticReport(subject) if subject.resource_type == REPORT else None
    readings = [
        reading for one in _results(staff, seen.viewer, case) for reading in readings_of(one)
    ]
    written = comments_on(seen, patient, subject.id) if report else []
    if lines := words.paragraphs(comment):
        written = [Comment(lines, signed(records.viewer), now), *written]
    return Preview(
        heading_of(subject), report, panel(seen, patient, readings, now), written, _documents(case)
    )


def heading_of(subject: Stored) -> str:
    resource = subject.json
    untitled = "Document" if subject.resource_type == DOCUMENT else "Test result"
    return words.concept(resource.get("code") or resource.get("type"), untitled)


def _eyes_of(viewer: Viewer, patient: str) -> Viewer:
    grant = Grant(frozenset({patient}), grants.PATIENT_TYPES, READING, grants.PATIENT_SEES)
    return replace(viewer, grants=(grant,))


def _results(staff: Repository, eyes: Viewer, case: Case) -> list[Summary]:
    """Return the values in the report's own order, without those that are hidden for good."""
    order = {one.id: n for n, one in enumerate(in_order(case)) if one.resource_type == RESULT}
    if not order:
        return []
    found, _ = staff.summaries(Criteria(RESULT, ids=list(order), count=len(order)))
    shown = [one for one in found if _may_be_shown(eyes, one)]
    return sorted(shown, key=lambda one: order[one.id])


def in_order(case: Case) -> list[Stored]:
    """Return the values as the patient's page has them: a report's in its own order."""
    if case.subject.resource_type != REPORT:
        return [case.subject, *case.parts]
    named = {name: n for n, name in enumerate(DiagnosticReport(case.subject).result_ids())}
    shown = [one for one in case.parts if one.id in named]
    return sorted(shown, key=lambda one: named[one.id])


def _may_be_shown(eyes: Viewer, one: Summary) -> bool:
    facts = Facts(one.resource_type, one.patient, one.labels & ~Label.NOPAT)
    allowed = decide(eyes, Interaction.READ, facts) == Verdict.ALLOWED
    return allowed and one.facts.get("status") != ERASED


def _documents(case: Case) -> list[Attachment]:
    forms = list(case.subject.json.get("presentedForm") or ())
    for one in (case.subject, *case.parts):
        if one.resource_type == DOCUMENT:
            forms += [
                content["attachment"]
                for content in one.json.get("content") or ()
                if "attachment" in content
            ]
    return attachments_of({"presentedForm": forms})

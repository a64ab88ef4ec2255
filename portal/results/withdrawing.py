"""What must go when a report is corrected or taken back: what rests on it goes too."""

from collections.abc import Sequence
from typing import Final

from fhir.labels import Label
from fhir.relabelling import CORRECTED, REMOVED
from fhir.store import Criteria, Repository, Stored, Target
from portal.results.cases import REPORT, RESULT, Case

_MOST: Final = 200


def withdraw_comments(records: Repository, patient: str, cases: Sequence[Case]) -> None:
    """Withhold what was written to the patient about an earlier version of these."""
    subjects = ["/".join(case.address) for case in cases]
    if not subjects:
        return
    criteria = Criteria(
        "Communication",
        [patient],
        references=[("based-on", subjects), ("recipient", [f"Patient/{patient}"])],
        withheld=False,
        count=_MOST,
    )
    found, _ = records.search(criteria)
    if found:
        targets = [Target("Communication", one.id) for one in found]
        records.relabel_all(targets, add=Label.NOPAT, retraction=CORRECTED)


def withdraw_parts(records: Repository, patient: str, cases: Sequence[Case]) -> None:
    """Take away the results of a report that was entered in error, unless another has them too."""
    erased = [case for case in cases if case.is_erased]
    parts = {part.id: part for case in erased for part in case.parts if _is_shown(part)}
    if not parts:
        return
    owners = Criteria(
        REPORT,
        [patient],
        references=[("result", [f"{RESULT}/{one}" for one in parts])],
        count=_MOST,
    )
    kept = {
        one.get("reference", "").rpartition("/")[2]
        for report in records.search(owners)[0]
        if report.json.get("status") != "entered-in-error"
        for one in report.json.get("result", ())
    }
    targets = [
        Target(part.resource_type, part.id) for part in parts.values() if part.id not in kept
    ]
    if targets:
        records.relabel_all(targets, add=Label.NOPAT, retraction=REMOVED)


def _is_shown(part: Stored) -> bool:
    return not part.labels & Label.NOPAT

"""What was wrong, where: as an Issue inside, as an OperationOutcome on the wire."""

from collections.abc import Iterable
from dataclasses import dataclass

from fhir.paths import Json


@dataclass(frozen=True, slots=True)
class Issue:
    """One fault: `code` of FHIR's issue-type, `path` such as "Patient.name[0].given"."""

    severity: str
    code: str
    path: str
    message: str


def error(code: str, path: str, message: str) -> Issue:
    return Issue("error", code, path, message)


def outcome(issues: Iterable[Issue]) -> Json:
    """Return the issues as an OperationOutcome."""
    return {"resourceType": "OperationOutcome", "issue": [_as_json(issue) for issue in issues]}


def _as_json(issue: Issue) -> Json:
    written = {"severity": issue.severity, "code": issue.code, "diagnostics": issue.message}
    return written | ({"expression": [issue.path]} if issue.path else {})

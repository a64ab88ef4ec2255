"""What a care professional has written to the patient about a result.

A comment is a Communication based on the result and addressed to the patient, so that release,
audit and history treat it as any other part of the record.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from fhir.paths import find
from fhir.store import Criteria, Repository
from portal.record import words

MOST = 10


@dataclass(frozen=True, slots=True)
class Comment:
    paragraphs: list[str]
    by: str
    at: datetime | None


def comments_on(
    records: Repository, patient: str, logical_id: str, resource_type: str = "DiagnosticReport"
) -> list[Comment]:
    """Return the comments on a report, or on a value that stands in none, the newest first."""
    wanted = Criteria(
        "Communication",
        [patient],
        references=[
            ("based-on", [f"{resource_type}/{logical_id}"]),
            ("recipient", [f"Patient/{patient}"]),
        ],
        count=MOST,
    )
    found, _ = records.search(wanted)
    made = (
        Comment(
            list(_paragraphs(find(one.json, "payload.contentString"))),
            words.referred(one.json.get("sender")),
            _moment(one.json.get("sent")),
        )
        for one in found
    )
    return [comment for comment in made if comment.paragraphs]


def writers(records: Repository, patient: str, report_ids: Sequence[str]) -> dict[str, str]:
    """Return who has last written to the patient about each of these reports, by its id."""
    reports = {f"DiagnosticReport/{one}": one for one in report_ids}
    if not reports:
        return {}
    wanted = Criteria(
        "Communication",
        [patient],
        references=[("based-on", list(reports)), ("recipient", [f"Patient/{patient}"])],
        count=MOST * len(reports),
    )
    found: dict[str, str] = {}
    for one in records.summaries(wanted)[0]:
        if one.facts.get("is_written"):
            name = str(one.facts["sender"]).partition(",")[0] or "The care team"
            for reference in one.facts["based_on"]:
                if reference in reports:
                    found.setdefault(reports[reference], name)
    return found


def _paragraphs(texts: list[str]) -> Iterator[str]:
    for text in texts:
        yield from words.paragraphs(text)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text and "T" in text else None

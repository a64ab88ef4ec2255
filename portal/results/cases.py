"""What is decided together: a report with all its parts, or what belongs to no report.

Parts are the results that a report names, their members, and the documents that go with it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from fhir.labels import Label
from fhir.paths import Json
from fhir.references import references_in
from fhir.store import Criteria, Repository, Stored
from portal.results.evidence import ERASED, Evidence, evidence_of

REPORT = "DiagnosticReport"
RESULT = "Observation"
DOCUMENT = "DocumentReference"
TYPES = (REPORT, RESULT, DOCUMENT)

Found = dict[str, Stored]


@dataclass(frozen=True, slots=True)
class Case:
    """`complete` tells whether all that the subject names has been found."""

    subject: Stored
    parts: tuple[Stored, ...]
    complete: bool

    @property
    def address(self) -> tuple[str, str]:
        return self.subject.resource_type, self.subject.id

    @property
    def evidence(self) -> tuple[Evidence, list[Evidence]]:
        return evidence_of(self.subject), [evidence_of(part) for part in self.parts]

    @property
    def is_erased(self) -> bool:
        return bool(self.subject.json.get("status") == ERASED)

    @property
    def is_withheld(self) -> bool:
        """Whether any of it waits to be shown."""
        return any(
            one.labels & Label.NOPAT and one.json.get("status") != ERASED
            for one in (self.subject, *self.parts)
        )


def cases_of(
    records: Repository, patient: str, touched: Mapping[str, Collection[str]]
) -> list[Case]:
    """Return the cases to which these resources belong, by type and id; each once."""
    reading = _Reading(records, patient)
    reading.begin(touched)
    reports = reading.read(REPORT, touched.get(REPORT, ()))
    results = reading.read(RESULT, touched.get(RESULT, ()))
    documents = reading.read(DOCUMENT, touched.get(DOCUMENT, ()))
    named = {name for report in reports.values() for name in _results_of(report)}
    if strays := results.keys() - named:
        parents = reading.naming(RESULT, "has-member", RESULT, strays)
        results |= parents
        reports |= reading.naming(REPORT, "result", RESULT, {*strays, *parents})
    reports |= reading.read(
        REPORT, {name for one in documents.values() for name in _owners_of(one)}
    )
    reading.prepare(reports.values())
    cases = [reading.case(report) for report in reports.values()]
    placed = {(part.resource_type, part.id) for case in cases for part in case.parts}
    for stray in [*_panels_first(results.values()), *documents.values()]:
        if (stray.resource_type, stray.id) not in placed:
            case = reading.case(stray)
            placed |= {(part.resource_type, part.id) for part in case.parts}
            cases.append(case)
    return cases


class _Reading:
    """Reads the resources of one patient, each no more than once."""

    def __init__(self, records: Repository, patient: str) -> None:
        self._records = records
        self._patient = patient
        self._known: dict[str, Found] = {}
        # Reports of which the documents that name them have been read.
        self._with_documents: set[str] = set()
        self._documents: dict[str, Found] = {}

    def begin(self, touched: Mapping[str, Collection[str]]) -> None:
        """Read what was touched, and the documents that name its reports, in one journey."""
        asked = [self._named(name, ids) for name in TYPES if (ids := touched.get(name))]
        self._search(*asked, *self._documents_of(touched.get(REPORT, ())))

    def read(self, resource_type: str, ids: Collection[str]) -> Found:
        known = self._known.setdefault(resource_type, {})
        if missing := [one for one in dict.fromkeys(ids) if one not in known]:
            self._search(self._named(resource_type, missing))
        return {one: known[one] for one in ids if one in known}

    def naming(self, resource_type: str, name: str, target: str, ids: Collection[str]) -> Found:
        """Return the resources that refer to one of these."""
        return self._search(self._naming(resource_type, name, target, ids)) if ids else {}

    def prepare(self, reports: Collection[Stored]) -> None:
        """Read the parts of many reports at once."""
        self.read(RESULT, {name for report in reports for name in _results_of(report)})
        named = {one.id: set(_ids(references_in(one.json), DOCUMENT)) for one in reports}
        self.read(DOCUMENT, {name for names in named.values() for name in names})
        self._search(*self._documents_of(named.keys() - self._with_documents))
        for report, names in named.items():
            known = self._known.get(DOCUMENT, {})
            here = {key: one for key, one in known.items() if report in _owners_of(one)}
            self._documents[report] = here | self.read(DOCUMENT, names)

    def _documents_of(self, reports: Collection[str]) -> list[Criteria]:
        self._with_documents.update(reports)
        return [self._naming(DOCUMENT, "related", REPORT, reports)] if reports else []

    def _named(self, resource_type: str, ids: Collection[str]) -> Criteria:
        return Criteria(resource_type, [self._patient], ids=list(ids), count=len(ids))

    def _naming(self, resource_type: str, name: str, target: str, ids: Collection[str]) -> Criteria:
        wanted = [f"{target}/{one}" for one in ids]
        return Criteria(
            resource_type, [self._patient], references=[(name, wanted)], count=4 * len(wanted) + 50
        )

    def _search(self, *wanted: Criteria) -> Found:
        """Read, keep and return what these find, in one journey."""
        found: Found = {}
        for criteria, (page, _) in zip(wanted, self._records.searches(*wanted), strict=True):
            of_type = {one.id: one for one in page}
            self._known.setdefault(criteria.resource_type, {}).update(of_type)
            found |= of_type
        return found

    def case(self, subject: Stored) -> Case:
        if subject.resource_type == DOCUMENT:
            return Case(subject, (), complete=True)
        names = _results_of(subject) if subject.resource_type == REPORT else _members_of(subject)
        parts: Found = {}
        expected = set(names)
        while names:
            level = self.read(RESULT, names)
            parts |= level
            names = {name for one in level.values() for name in _members_of(one)} - expected
            expected |= names
        documents = self._documents.get(subject.id, {}).values()
        complete = len(parts) == len(expected) and not _is_contained(subject.json)
        return Case(subject, (*parts.values(), *documents), complete)


def _results_of(report: Stored) -> set[str]:
    return set(_ids((one.get("reference", "") for one in report.json.get("result", ())), RESULT))


def _members_of(result: Stored) -> set[str]:
    members = (one.get("reference", "") for one in result.json.get("hasMember", ()))
    return set(_ids(members, RESULT))


def _owners_of(document: Stored) -> set[str]:
    related = document.json.get("context", {}).get("related", ())
    return set(_ids((one.get("reference", "") for one in related), REPORT))


def _is_contained(resource: Json) -> bool:
    """Whether a result stands inside the report, where no rule looks."""
    return any(one.get("reference", "").startswith("#") for one in resource.get("result", ()))


def _ids(references: Iterable[str], resource_type: str) -> Iterator[str]:
    for reference in references:
        kind, _, logical_id = reference.partition("/")
        if kind == resource_type and logical_id:
            yield logical_id


def _panels_first(results: Iterable[Stored]) -> list[Stored]:
    return sorted(results, key=lambda one: not _members_of(one))

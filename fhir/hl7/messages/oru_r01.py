"""ORU: a laboratory's or an imaging service's reports and their results."""

from functools import partial
from typing import Final

from fhir.hl7 import confidential, reports
from fhir.hl7.datatypes import cwe, dtm, instant
from fhir.hl7.feeds import FeedSettings
from fhir.hl7.mapping import Here, Making, Mapped, Resource, bundle_of
from fhir.hl7.message import Message, Unreadable
from fhir.hl7.outline import Group, outlined
from fhir.hl7.people import key_of_person, only_person, person_of, trust
from fhir.hl7.results import gather
from fhir.hl7.rules import Always, At, Each, First, To, ToEach, made
from fhir.hl7.values import interpretation

KINDS: Final = frozenset({("ORU", "R01"), ("ORU", "R03"), ("ORU", "R32")})
# A result before its person waits for them (decisions 30).
INTRODUCES: Final[frozenset[tuple[str, str]]] = frozenset()

_kept: Final = partial(reports.unless_in_error, reports.result_status)
_kept_of_report: Final = partial(reports.unless_in_error, reports.report_status)
_DEPTHS: Final = {"PID": 1, "ORC": 2, "OBR": 2, "OBX": 3, "SPM": 3}


def mapped(message: Message, feed: FeedSettings) -> Mapped:
    root = outlined(message, _DEPTHS)
    making = Making(feed, message.kind[1])
    here = Here(only_person(root), making)
    known_as = making.url("Patient", key_of_person(here))
    making.urls["Patient", id(here.group)] = known_as
    for report in _reports(here.group, feed):
        gather(report)
    bundle = bundle_of(root, [SERVICE_REQUEST, DIAGNOSTIC_REPORT, OBSERVATION], making)
    return Mapped(bundle, person_of(here), known_as, making.removed, tuple(making.warnings))


def _reports(patient: Group, feed: FeedSettings) -> list[Group]:
    """Return the groups with an OBR, each with a number of its own.

    :raises Unreadable: two have the same one, so that one would overwrite the other.
    """
    found = list(patient.with_own("OBR"))
    if not found:
        raise Unreadable("OBR", "there is none")
    if stray := next((group for group in patient.groups if group.own("OBX")), None):
        raise Unreadable(stray.own("OBX")[0].place, "the result belongs to no report")
    seen: set[str] = set()
    for report in found:
        number = reports.number_of(Here(report, Making(feed, "")))
        if number in seen:
            raise Unreadable(report.own("OBR")[0][3].place, "two reports have the same number")
        seen.add(number)
    return found


SERVICE_REQUEST: Final = Resource(
    "ServiceRequest",
    per="OBR",
    key=reports.report_key,
    elements={
        "meta": {"security": made(confidential.of_order, "ORC-28", "PV1-16")},
        "identifier": made(reports.report_identifier, "OBR-3", "ORC-3"),
        "requisition": made(reports.requisition, "OBR-2", "ORC-2"),
        "status": made(reports.order_status, "ORC-1", "OBR-25"),
        "intent": Always("order"),
        "priority": At("OBR-5", reports.priority),
        "code": At("OBR-4", cwe),
        "subject": To("Patient"),
        "occurrenceDateTime": At("OBR-6", dtm),
        "requester": made(reports.requester, "ORC-12", "OBR-16"),
        "reasonCode": Each("OBR-31", cwe),
    },
)

DIAGNOSTIC_REPORT: Final = Resource(
    "DiagnosticReport",
    per="OBR",
    key=reports.report_key,
    elements={
        "meta": {
            "security": made(
                confidential.of_report, "ORC-28", "PV1-16", "OBR-49", "OBX-13", "OBX-26"
            )
        },
        "identifier": made(reports.report_identifier, "OBR-3", "ORC-3"),
        "basedOn": [To("ServiceRequest")],
        "status": made(reports.report_status, "OBR-25", "ORC-1", "OBX-11"),
        "category": made(reports.report_category, "OBR-24"),
        "code": At("OBR-4", cwe),
        "subject": To("Patient"),
        "encounter": made(reports.visit, "PV1-19"),
        "effective[x]": made(reports.effective, "OBR-7", "OBR-8"),
        "issued": At("OBR-22", instant),
        "performer": [made(trust)],
        "resultsInterpreter": made(reports.interpreters, "OBR-32"),
        "specimen": made(reports.specimen, "SPM-4", "OBR-15"),
        "result": ToEach("Observation"),
        "conclusion": made(_kept_of_report(reports.comments), "NTE-3"),
        "presentedForm": made(reports.attached, "OBX-5"),
    },
)

OBSERVATION: Final = Resource(
    "Observation",
    per="OBX",
    key=reports.result_key,
    elements={
        "meta": {"security": made(confidential.of_result, "ORC-28", "PV1-16", "OBX-13", "OBX-26")},
        "identifier": made(reports.result_identifier, "OBR-3", "OBX-3", "OBX-4"),
        "status": made(reports.result_status, "OBX-11"),
        "category": made(reports.result_category, "OBR-24"),
        "code": At("OBX-3", cwe),
        "subject": To("Patient"),
        "effectiveDateTime": First((At("OBX-14", dtm), At("OBR-7", dtm))),
        "issued": At("OBR-22", instant),
        "performer": [made(trust)],
        "value[x]": made(_kept(reports.value), "OBX-2", "OBX-5", "OBX-6"),
        "dataAbsentReason": made(_kept(reports.absent), "OBX-11"),
        "interpretation": made(_kept(Each("OBX-8", interpretation)), "OBX-8"),
        "note": made(_kept(reports.notes), "NTE-3"),
        "method": At("OBX-17", cwe),
        "referenceRange": made(_kept(reports.ranges), "OBX-7", "OBX-6"),
    },
)

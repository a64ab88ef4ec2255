"""Each row of our mapping beside HL7's own map; what differs is listed, with its reason."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from fhir.hl7 import datatypes, parties, people_tables, tables
from fhir.hl7.mapping import Resource
from fhir.hl7.messages.adt import ENCOUNTER
from fhir.hl7.messages.oru_r01 import DIAGNOSTIC_REPORT, OBSERVATION, SERVICE_REQUEST
from fhir.hl7.messages.siu import APPOINTMENT
from fhir.hl7.people import PATIENT
from tests import samples
from tests.fhir.hl7.deviations import CODES, COMPONENTS, LEFT_OUT, OWN_ROWS
from tests.fhir.hl7.official import Row, codes, rows
from tests.fhir.hl7.reading import WINPATH, one

pytestmark = samples.needs("v2-to-fhir-maps")

RESOURCES = [PATIENT, ENCOUNTER, SERVICE_REQUEST, DIAGNOSTIC_REPORT, OBSERVATION, APPOINTMENT]

MAPS = {
    "Patient": ["PID[Patient]", "PD1[Patient]", "NK1[Patient]"],
    "Encounter": ["PV1[Encounter]"],
    "ServiceRequest": ["ORC[ServiceRequest]", "OBR[ServiceRequest]"],
    "DiagnosticReport": ["ORC[DiagnosticReport]", "OBR[DiagnosticReport]"],
    "Observation": ["OBX[Observation]", "NTE[Observation]"],
    "Appointment": [
        "SCH[Appointment]",
        "AIS[Appointment]",
        "AIG[Appointment]",
        "AIL[Appointment]",
        "AIP[Appointment]",
        "NTE[Appointment-Comment]",
        "PID[Appointment]",
    ],
}

TABLES = {
    "ResultStatus[Non-Queries]": tables.REPORT_STATUS,
    "ObservationResultStatusCodesInterpretation": tables.RESULT_STATUS,
    "InterpretationCodes": {code: code for code in tables.INTERPRETATION},
    "AdministrativeSex": people_tables.GENDER,
    "NameType": people_tables.NAME_USE,
    "AddressType[Use]": people_tables.ADDRESS_USE,
    "AddressType[Type]": people_tables.ADDRESS_TYPE,
    "TelecommunicationUseCode": people_tables.TELECOM_USE,
    "TelecommunicationEquipmentType": people_tables.TELECOM_SYSTEM,
    "PatientClass[EncounterClass]": {
        code: known[0] for code, known in tables.ENCOUNTER_CLASS.items()
    }
    | {code: code for code in tables.OTHER_CLASS},
    "PatientClass[EncounterStatus]": tables.CLASS_STATUS,
    "Event[EncounterStatus]": tables.ENCOUNTER_STATUS,
    "MaritalStatus": {code: known[0] for code, known in people_tables.MARITAL_STATUS.items()},
    "Relationship": {code: known[0] for code, known in people_tables.RELATIONSHIP.items()},
    "ExtendedPriorityCodes": tables.PRIORITY,
    "FillerStatusCodes[Appointment]": tables.APPOINTMENT_STATUS,
    "ConfidentialityCode": tables.CONFIDENTIALITY,
    "OrderControlCode[ServiceRequest.status]": tables.ORDER_STATUS,
}


def our_rows(elements: Mapping[str, Any], above: str = "") -> Iterator[Row]:
    for name, element in elements.items():
        path = f"{above}{name}".replace("[x]", "").replace("_birthDate", "birthDate.extension")
        parts = [element]
        while parts:
            part = parts.pop()
            if isinstance(part, Mapping):
                yield from our_rows(part, f"{path}.")
            elif isinstance(part, (list, tuple)):
                parts += part
            else:
                yield from (Row(place, path) for place in part.places)


def is_same(ours: Row, theirs: Row) -> bool:
    below = theirs.element.startswith((f"{ours.element}.", f"{ours.element}Date"))
    chosen = ours.element in {"value", "deceased", "effective"}
    return ours.place == theirs.place and (
        below
        or theirs.element == ours.element
        or (chosen and theirs.element.startswith(ours.element))
    )


def official(resource: Resource) -> list[Row]:
    found = [row for name in MAPS[resource.type] for row in rows("segments", name)]
    return [row for row in found if row.element != "$this"]


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.type)
def test_each_row_of_ours_is_one_of_theirs_or_has_its_reason(resource):
    theirs = official(resource)
    own = {
        (resource.type, row.element, row.place)
        for row in our_rows(resource.elements)
        if not any(is_same(row, other) for other in theirs)
    }

    assert own == {row for row in OWN_ROWS if row[0] == resource.type}


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.type)
def test_each_place_of_theirs_is_read_or_left_for_a_reason(resource):
    ours = list(our_rows(resource.elements))
    read = {row.place for row in official(resource) if any(is_same(own, row) for own in ours)}
    left = {(resource.type, row.place) for row in official(resource) if row.place not in read}

    assert left == {row for row in LEFT_OUT if row[0] == resource.type}


@pytest.mark.parametrize("name", TABLES)
def test_each_code_becomes_theirs_or_has_its_reason(name):
    ours = {code.upper(): known for code, known in TABLES[name].items()}
    theirs = {code.upper(): known for code, known in codes(name).items()}
    differ = {
        (name, code)
        for code in {*ours, *theirs}
        if (ours.get(code) or "") != (theirs.get(code) or "")
    }

    assert differ == {row for row in CODES if row[0] == name}


# Data type of theirs, our reader, what else must stand there, and what to try in each component.
READERS = {
    "XPN[HumanName]": (parties.xpn, {1: "Yusuf"}, {7: "M", 12: "2020", 13: "2021"}),
    "XAD[Address]": (parties.xad, {1: "14 Canal Street"}, {7: "H", 13: "2020", 14: "2021"}),
    "XTN[ContactPoint]": (
        parties.Telecom(None),
        {1: "960111"},
        {2: "PRN", 3: "FX", 13: "2020", 14: "2021"},
    ),
    "CX[Identifier]": (datatypes.cx, {1: "7", 4: "A"}, {7: "2020", 8: "2021"}),
    "CWE[CodeableConcept]": (datatypes.cwe, {1: "a"}, {}),
    "XCN[Practitioner]": (parties.xcn, {1: "7", 2: "Osei"}, {13: "GMC"}),
}
# What is read only beside another component.
BESIDE = {
    ("XTN", 4): {1: "", 3: "Internet"},
    ("XTN", 5): {7: "960111"},
    ("XTN", 6): {7: "960111"},
    ("XTN", 8): {7: "960111"},
    ("XTN", 12): {1: ""},
    ("CWE", 5): {4: "b"},
    ("CWE", 6): {4: "b"},
    ("CWE", 8): {4: "b"},
    ("CWE", 11): {10: "c"},
    ("CWE", 12): {10: "c"},
    ("CWE", 13): {10: "c"},
}


def repetition(components: dict[int, str]) -> Any:
    return one("^".join(components.get(n, "") for n in range(1, max(components) + 1)))


@pytest.mark.parametrize("name", READERS)
def test_each_component_of_theirs_is_read_or_left_for_a_reason(name):
    read, needed, tries = READERS[name]
    kind = name.split("[")[0]
    unread = set()
    for place in {row.place for row in rows("datatypes", name)}:
        number = int(place.split("-")[1])
        before = needed | BESIDE.get((kind, number), {})
        tried = before | {number: tries.get(number, "Probe")}
        without = before | {number: ""}
        if read(repetition(tried), WINPATH) == read(repetition(without), WINPATH):
            unread.add((kind, number))

    assert unread == {row for row in COMPONENTS if row[0] == kind}


def test_every_deviation_has_a_reason():
    for listed in (CODES, OWN_ROWS, LEFT_OUT, COMPONENTS):
        assert all(listed.values())

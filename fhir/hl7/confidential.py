"""What a sender says must be kept close, as the labels of meta.security.

Results arrive withheld whatever is said here. These labels are the sender's own: who releases a
result finds them in the resource and must not overrule them unseen.
"""

from typing import Final

from fhir.hl7 import tables
from fhir.hl7.mapping import Here
from fhir.hl7.message import Segment
from fhir.hl7.outline import Group
from fhir.paths import Json

_V3: Final = "http://terminology.hl7.org/CodeSystem/v3-"
_IN_CONFIDENTIALITY: Final = frozenset({"R", "V"})
_NOT_TO_PATIENT: Final = "NOPAT"
# Table 0909: released to the patient, at once or after a time that release rules decide.
_SHARED: Final = "SHARE"
# Table 0507: handling that says nothing of who is told first.
_PLAIN_HANDLING: Final = frozenset({"", "F", "A"})


def label_of(code: str) -> str | None:
    """Return the label for a code of table 0177; one we do not know restricts."""
    return tables.CONFIDENTIALITY.get(code.upper(), "R") if code else None


def security(codes: set[str]) -> list[Json]:
    """Return labels as meta.security carries them, in a settled order."""
    return [
        {
            "system": f"{_V3}{'Confidentiality' if code in _IN_CONFIDENTIALITY else 'ActCode'}",
            "code": code,
        }
        for code in sorted(codes)
    ]


def of_visit(here: Here) -> list[Json]:
    """Return the labels of a stay or visit."""
    return security(_labels(here, "PV1-16"))


def of_order(here: Here) -> list[Json]:
    """Return the labels of an order: those of the order itself and of the stay it was made in."""
    return security(_labels(here, "ORC-28", "PV1-16"))


def of_result(here: Here) -> list[Json]:
    """Return the labels of one result: its own, and those of its order."""
    return security(_labels(here, "ORC-28", "PV1-16") | _of_lines(here.group))


def of_report(here: Here) -> list[Json]:
    """Return the labels of a report: the order's, and those of every line of it."""
    found = _labels(here, "ORC-28", "PV1-16")
    if here.text("OBR-49").upper() not in _PLAIN_HANDLING:
        found.add(_NOT_TO_PATIENT)
    for group in here.group.groups:
        found |= _of_lines(group)
    return security(found)


def _labels(here: Here, *places: str) -> set[str]:
    found: set[str] = set()
    for place in places:
        said = here.field(place)
        for one in said.repetitions if said else ():
            if label := label_of(one.text().strip()):
                found.add(label)
    return found


def _of_lines(group: Group) -> set[str]:
    return {_NOT_TO_PATIENT} if any(map(_is_held, group.own("OBX"))) else set()


def _is_held(obx: Segment) -> bool:
    category = obx[26].text().strip().upper()
    checks = obx[13].text().strip()
    return bool(checks) or (bool(category) and not category.startswith(_SHARED))

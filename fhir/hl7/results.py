"""Which OBX of a report belong together: lines of one text, pieces of one document."""

import re
from collections import Counter

from fhir.hl7 import documents
from fhir.hl7.datatypes import cleaned
from fhir.hl7.message import Segment, Unreadable
from fhir.hl7.outline import Group
from fhir.hl7.values import TEXTS


def gather(report: Group) -> None:
    """Make one group of the OBX that make up one result or one document of a report."""
    gathered: list[Group] = []
    for group in report.groups:
        before = gathered[-1] if gathered else None
        if before and before.own("OBX") and _goes_on(before.own("OBX")[0], group):
            before.segments += group.segments
        else:
            gathered.append(group)
    report.groups = gathered
    _name(report)


def _name(report: Group) -> None:
    """Give each result its number within the report: its code and its sub-identifier.

    One repeated without a sub-identifier of its own is told apart by its place among its like.
    """
    seen: Counter[str] = Counter()
    for group in report.groups:
        lines = group.own("OBX")
        if not lines:
            continue
        code, part = cleaned(_code(lines[0])), cleaned(lines[0][4].text())
        if not code:
            raise Unreadable(lines[0][3].place, "the result does not say what it is")
        name = f"{code}/{part}" if part else code
        seen[name] += 1
        group.name = name if seen[name] == 1 else f"{name}#{seen[name]}"


def is_document(group: Group) -> bool:
    lines = group.own("OBX")
    return bool(lines) and documents.is_document(lines[0])


def _goes_on(first: Segment, group: Group) -> bool:
    lines = group.own("OBX")
    if not lines or _code(lines[0]) != _code(first):
        return False
    if documents.is_document(first) and not _is_text(first):
        return documents.is_continued(first, lines[0])
    same = lines[0][4].text() == first[4].text() and lines[0][11].text() == first[11].text()
    return same and _is_text(first) and _is_text(lines[0])


def _is_text(obx: Segment) -> bool:
    kind = obx[2].text().upper()
    return kind in TEXTS or (not kind and not re.match(r"[<>=+-]*\s*\d", obx[5].text()))


def _code(obx: Segment) -> str:
    return obx[3].text() or obx[3].first.text(2)

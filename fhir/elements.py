"""What R4 says of each type's elements, as functions that walk a resource.

`definitions/elements.json` names, for each type, the elements with something to check: a date, a
code of a closed list, a reference's targets, another type. A type is compiled when first met.
"""

import json
import re
from pathlib import Path
from typing import Any, Final

from fhir import invariants
from fhir.outcomes import Issue
from fhir.paths import Json
from fhir.primitives import PRIMITIVES, Check, Findings, Place, code_of

_FOLDER: Final = Path(__file__).parent / "definitions"
_TABLE: Final[Json] = json.loads((_FOLDER / "elements.json").read_text())
_FIELDS: Final[dict[str, dict[str, str]]] = _TABLE["types"]
_CODES: Final[dict[str, list[str]]] = _TABLE["codes"]
RESOURCE_TYPES: Final = frozenset(_CODES["resource-types"])

_TARGET: Final = re.compile(
    r"(?:.*/)?([A-Z][A-Za-z]+)/[A-Za-z0-9\-.]{1,64}(?:/_history/[A-Za-z0-9\-.]{1,64})?"
    r"|([A-Z][A-Za-z]+)\?.*"
)


def has_element(resource_type: str, name: str) -> bool:
    """Whether the type has an element of this name, among those with something to check."""
    return name in _FIELDS.get(resource_type, {})


def may_refer(type_name: str, name: str, target: str) -> bool:
    """Whether an element of the type, or one within it, may refer to a `target`."""
    kind = _FIELDS.get(type_name, {}).get(name, "")
    if kind.startswith("@"):
        return kind == "@" or target in kind[1:].split("|")
    return "." in kind and any(may_refer(kind, inner, target) for inner in _FIELDS[kind])


def check_resource(resource: Json, *, has_siblings: bool = True) -> list[Issue]:
    """Return what is wrong with a resource whose shape has been found right.

    `has_siblings` may be False when no name in its text begins with an underscore.
    """
    findings = Findings(has_siblings=has_siblings)
    kind = resource["resourceType"]
    if kind == "Bundle":
        findings.bundled = _types_by_url(resource)
    _resource(resource, kind, findings)
    return findings.issues


class _Type:
    """One type's checks, compiled when the type is first met."""

    __slots__ = ("checks", "name", "names", "rules")

    def __init__(self, name: str) -> None:
        self.name = name
        self.names: frozenset[str] | None = None
        self.checks: dict[str, Check] = {}
        self.rules: tuple[invariants.Invariant, ...] = ()

    def walk(self, node: Any, place: Place, findings: Findings) -> None:
        """Check an element and everything below it."""
        if type(node) is not dict or not node:
            self._say_empty(node, place, findings)
            return
        if self.names is None:
            self._compile()
        # Most elements hold nothing to check: asking that first is what makes the walk fast.
        if findings.has_siblings or not self.names.isdisjoint(node):  # type: ignore[union-attr] # compiled above
            self._members(node, place, findings)
        for rule in self.rules:
            if fault := rule.fault(node):
                severity = "warning" if rule.is_remark else "error"
                findings.add("invariant", place, f"{rule.key}: {fault}", severity)

    def _compile(self) -> None:
        fields = _FIELDS.get(self.name, _FIELDS["DomainResource"])
        self.checks = {name: _check_of(kind) for name, kind in fields.items()}
        self.rules = invariants.INVARIANTS.get(self.name, ())
        self.names = frozenset(self.checks)

    def _members(self, node: Json, place: Place, findings: Findings) -> None:
        checks = self.checks
        for name, value in node.items():
            check = checks.get(name)
            if check is None:
                check = _unlisted(name)
                if check is None:
                    continue
            if type(value) is list:
                for number, item in enumerate(value):
                    if item is not None:
                        check(item, (place, name, number), findings)
            else:
                check(value, (place, name, -1), findings)

    def _say_empty(self, node: Any, place: Place, findings: Findings) -> None:
        # Meta is ours to fill, and a value may stand beside an empty sibling: both say nothing.
        if node == {} and self.name in {"Meta", "Element"}:
            findings.add("structure", place, "says nothing", "warning")
        else:
            findings.add("structure", place, "an element needs a value or children")


class _Types(dict[str, _Type]):
    def __missing__(self, name: str) -> _Type:
        self[name] = made = _Type(name)
        return made


_types: Final = _Types()


def _check_of(kind: str) -> Check:
    if kind.startswith("@"):
        return _reference_to(frozenset(filter(None, kind[1:].split("|"))))
    if kind.startswith("#"):
        return code_of(frozenset(_CODES[kind[1:]]), kind[1:])
    special: dict[str, Check] = {"Resource": _resource_within, "CodeableConcept": _concept}
    return special.get(kind) or PRIMITIVES.get(kind) or _types[kind].walk


def _concept(node: Any, place: Place, findings: Findings) -> None:
    """Check a CodeableConcept: most hold plain codings, and that is seen at a glance."""
    if findings.has_siblings or not node or "extension" in node:
        _types["CodeableConcept"].walk(node, place, findings)
        return
    for coding in node.get("coding", ()):
        if not coding or "extension" in coding:
            _types["CodeableConcept"].walk(node, place, findings)
            return


def _unlisted(name: str) -> Check | None:
    if name[0] == "_":
        return _types["Element"].walk
    return _unknown if name == "fhir_comments" else None


def _unknown(_: Any, place: Place, findings: Findings) -> None:
    findings.add("structure", place, "unknown element")


def _resource(resource: Any, place: Place, findings: Findings) -> None:
    walk = _types[resource["resourceType"]].walk
    if "contained" not in resource and not findings.local:
        walk(resource, place, findings)
        return
    outer = findings.local
    findings.local = {
        contained["id"]: contained["resourceType"]
        for contained in resource.get("contained", ())
        if "id" in contained
    }
    walk(resource, place, findings)
    if "contained" in resource:
        for number, fault in invariants.faults_of_contained(resource):
            findings.add("invariant", (place, "contained", number), fault)
    findings.local = outer


def _resource_within(resource: Any, place: Place, findings: Findings) -> None:
    if place[1] == "contained":
        _types[resource["resourceType"]].walk(resource, place, findings)
    else:
        _resource(resource, place, findings)


def _reference_to(targets: frozenset[str]) -> Check:
    walk = _types["Reference"].walk

    def reference(node: Any, place: Place, findings: Findings) -> None:
        written = node.get("reference")
        if len(node) > 1 or written is None or findings.has_siblings:
            walk(node, place, findings)
        if written is None:
            return
        kind = findings.bundled.get(written) or _type_meant(written, findings)
        if not kind:
            if written[0] == "#" and len(written) > 1:
                findings.add("invariant", place, "ref-1: nothing of this id is contained")
            return
        if targets and kind not in targets:
            findings.add("value", place, f"may not refer to {kind}: {', '.join(sorted(targets))}")
        if "type" in node and node["type"] != kind:
            findings.add("value", (place, "type", -1), f"the reference is to {kind}", "warning")

    return reference


def _type_meant(reference: str, findings: Findings) -> str:
    if reference[0] == "#":
        return findings.local.get(reference[1:], "")
    head, slash, _ = reference.partition("/")
    if slash and head in RESOURCE_TYPES:
        return head
    matched = _TARGET.fullmatch(reference)
    kind = (matched[1] or matched[2]) if matched else ""
    return kind if kind in RESOURCE_TYPES else ""


def _types_by_url(bundle: Json) -> dict[str, str]:
    return {
        entry["fullUrl"]: entry["resource"]["resourceType"]
        for entry in bundle.get("entry", ())
        if "fullUrl" in entry and "resource" in entry
    }

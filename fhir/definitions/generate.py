"""Make elements.json, what the write door must know of every R4 type, from HL7's own definitions.

    python -m fhir.definitions.generate FOLDER

FOLDER holds profiles-types.json, profiles-resources.json and valuesets.json of FHIR 4.0.1, as HL7
publishes them. Run it again only when the invariants need to know more.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Json = dict[str, Any]

_DATES = frozenset({"date", "dateTime", "instant"})
_CHECKED = _DATES | {"decimal", "positiveInt", "unsignedInt", "xhtml"}
# Lists too long to keep, or not lists at all: their systems check them.
_OPEN = frozenset({"mimetypes", "currencies", "all-languages", "all-types", "ucum-units"})
# Targets that HL7's own examples use beside those of the definition.
_ALSO = {"DeviceUseStatement.reasonReference": ["Procedure"]}
_PROFILES = "http://hl7.org/fhir/StructureDefinition/"


def main(folder: Path) -> None:
    definitions = [*_resources(folder / "profiles-types.json")]
    definitions += _resources(folder / "profiles-resources.json")
    codes = _Codes([*_resources(folder / "valuesets.json")])
    types: dict[str, dict[str, str]] = {}
    for definition in definitions:
        if definition["resourceType"] == "StructureDefinition" and "snapshot" in definition:
            _add(types, definition, codes)
    lines = [
        f"{json.dumps(name)}:{json.dumps(fields, separators=(',', ':'))}"
        for name, fields in sorted(types.items())
    ]
    lists = [f"{json.dumps(name)}:{json.dumps(codes.used[name])}" for name in sorted(codes.used)]
    text = '{"types":{\n' + ",\n".join(lines) + '\n},"codes":{\n' + ",\n".join(lists) + "\n}}\n"
    Path(__file__).with_name("elements.json").write_text(text)


def _resources(path: Path) -> Iterator[Json]:
    for entry in json.loads(path.read_text())["entry"]:
        yield entry["resource"]


def _add(types: dict[str, dict[str, str]], definition: Json, codes: "_Codes") -> None:
    if definition["kind"] == "primitive-type" or definition.get("derivation") == "constraint":
        return
    elements = definition["snapshot"]["element"]
    parents = {element["path"].rpartition(".")[0] for element in elements}
    for element in elements[1:]:
        path = element["path"]
        parent, _, name = path.rpartition(".")
        if shared := element.get("contentReference"):
            types.setdefault(parent, {})[name] = shared.removeprefix("#")
        for kind in element.get("type", ()):
            code = kind["code"].rpartition(".")[2]
            field = name.replace("[x]", code[0].upper() + code[1:])
            if check := path if path in parents else _check(code, kind, element, codes):
                types.setdefault(parent, {})[field] = check
    types.setdefault(definition["type"], {})


def _check(code: str, kind: Json, element: Json, codes: "_Codes") -> str:
    """Return what elements.json says of one element, or "" where there is nothing to check."""
    if code == "Reference":
        return "@" + "|".join([*_targets(kind), *_ALSO.get(element["path"], [])])
    if code == "code":
        named = codes.named_by(element.get("binding", {}))
        return f"#{named}" if named else ""
    if code == "String":  # FHIRPath's: only the id of a resource among these has a shape.
        return "id" if _is_resource_id(element) else ""
    return code if code in _CHECKED or code[0].isupper() else ""


def _is_resource_id(element: Json) -> bool:
    return str(element.get("base", {}).get("path")) == "Resource.id"


def _targets(kind: Json) -> list[str]:
    targets = [url.removeprefix(_PROFILES) for url in kind.get("targetProfile", ())]
    return [] if "Resource" in targets else targets


class _Codes:
    """The codes of each value set that an element must take its code from."""

    def __init__(self, resources: list[Json]) -> None:
        self.sets = {r["url"]: r for r in resources if r["resourceType"] == "ValueSet"}
        self.systems = {r["url"]: r for r in resources if r["resourceType"] == "CodeSystem"}
        self.used: dict[str, list[str]] = {}

    def named_by(self, binding: Json) -> str:
        url = binding.get("valueSet", "").partition("|")[0]
        name = str(url.rpartition("/")[2])
        if binding.get("strength") != "required" or name in _OPEN or url not in self.sets:
            return ""
        found = self._codes(self.sets[url])
        if found:
            self.used[name] = found
        return name if found else ""

    def _codes(self, values: Json) -> list[str]:
        found: list[str] = []
        for include in values["compose"]["include"]:
            if "filter" in include:
                return []
            for url in include.get("valueSet", ()):
                found += self._codes(self.sets[url.partition("|")[0]])
            if "system" in include:
                found += self._included(include)
        return sorted(set(found))

    def _included(self, include: Json) -> list[str]:
        if listed := include.get("concept"):
            return [concept["code"] for concept in listed]
        return [*_flat(self.systems.get(include["system"], {}).get("concept", ()))]


def _flat(concepts: list[Json]) -> Iterator[str]:
    for concept in concepts:
        yield concept["code"]
        yield from _flat(concept.get("concept", []))


if __name__ == "__main__":
    main(Path(sys.argv[1]))

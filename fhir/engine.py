"""The port to whatever knows R4's schema: names, types, cardinality, formats, repeated keys.

`fhirkit-rs` where it can be imported (Rust, true R4); otherwise `fhir.resources`, slower and laxer.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

from fhir.outcomes import Issue, error
from fhir.paths import Json
from fhir.raw import NotJson

Engine = Callable[[str], list[Issue]]


def _fhirkit() -> Engine:
    import fhirkit  # noqa: PLC0415 (where its build is missing the other engine serves)

    def check(text: str) -> list[Issue]:
        try:
            found = fhirkit.validate(text)
        except fhirkit.ParseError as fault:
            raise NotJson(str(fault)) from None
        return [
            Issue(issue.severity, _code_of(issue.message), issue.path, issue.message)
            for issue in found
            if not _is_echo(issue.message, issue.path, found)
        ]

    return check


def library(text: str) -> list[Issue]:
    """Check by the models of `fhir.resources`."""
    repeated: list[str] = []

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            repeated.extend(name for name, _ in pairs)
        return found

    try:
        resource = json.loads(text, object_pairs_hook=members, parse_constant=_no_constant)
    except (ValueError, RecursionError) as fault:
        raise NotJson(str(fault)) from None
    kind = resource.get("resourceType") if isinstance(resource, dict) else None
    if not isinstance(kind, str):
        return [error("structure", "Resource", "a resource needs a resourceType")]
    if repeated:
        return [error("structure", kind, f"a key appears more than once, near {repeated[0]}")]
    return list(_empty(resource, kind)) or _by_models(resource, kind)


def _by_models(resource: Json, kind: str) -> list[Issue]:
    from pydantic import ValidationError  # noqa: PLC0415 (heavy, and seldom needed)

    from fhir import r4  # noqa: PLC0415 (heavy, and seldom needed)

    try:
        r4.typed(resource)
    except r4.UnknownType:
        return [error("structure", kind, f"{kind} is not a resource type of R4")]
    except ValidationError as faults:
        return [
            error("structure", ".".join([kind, *map(str, fault["loc"])]), fault["msg"])
            for fault in faults.errors()
        ]
    except (AttributeError, LookupError, TypeError):  # It stumbles over some wrong types.
        return [error("structure", kind, "an element has a wrong type")]
    return []


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _empty(value: Any, path: str) -> Iterator[Issue]:
    """Yield what says nothing; the library does not mind."""
    if value is None or value in ([], ""):
        yield error("structure", path, "is empty; leave the element out")
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _empty(item, f"{path}.{name}")
    elif isinstance(value, list):
        for number, item in enumerate(value):
            if item is not None:
                yield from _empty(item, f"{path}[{number}]")


def _is_echo(message: str, path: str, found: list[Any]) -> bool:
    """Whether fhirkit says "unknown" only of a key that it has just called repeated."""
    return message == "unknown element" and any(
        other.path == path and other.message != message for other in found
    )


def _code_of(message: str) -> str:
    if message.startswith("required"):
        return "required"
    return "value" if "is not a valid" in message or "range" in message else "structure"


def chosen() -> Engine:
    """Return the best engine there is."""
    try:
        return _fhirkit()
    except ImportError:
        return library

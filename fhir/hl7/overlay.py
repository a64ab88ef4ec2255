"""What a message says, laid over what is held: an empty field says nothing.

HL7 v2 sends parts: a patient without a telephone number keeps the one we have, and a laboratory
that corrects one result of four sends that one. What the sender deletes is taken away.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from fhir.hl7.message import Unreadable
from fhir.paths import Json

# Elements of the envelope, and what is always said anew.
_OWN: Final = frozenset({"resourceType", "id", "meta", "text", "implicitRules", "contained"})
_FINISHED: Final = "finished"
_IN_ERROR: Final = "entered-in-error"
_WITHDRAWS_DOCUMENTS: Final = frozenset({"corrected", "cancelled", _IN_ERROR})


def overlaid(said: Json, held: Json, removed: Sequence[str], *, keeps: bool) -> Json:
    """Return a person or visit as it now is; `keeps` is whether an empty field keeps the old."""
    kept = {
        name: left
        for name, value in held.items()
        if keeps
        and name not in _OWN
        and not _is_removed(name, removed)
        # Of several names for one thing, such as deceased[x], the sender's is the one.
        and not _is_said(name, said)
        and (left := _telecom([], value, removed) if name == "telecom" else value)
    }
    result = {**kept, **said}
    for name, join in _JOINED.items():
        if keeps and name in said and name in held:
            result[name] = join(said[name], held[name], removed)
    if security := _security(said, held, removed):
        result["meta"] = {"security": security}
    return {"resourceType": said["resourceType"], **result}


def visit(said: Json, held: Json, removed: Sequence[str], *, event: str, keeps: bool) -> Json:
    """Return a visit; A08 changes what is known of it, and not where it stands."""
    result = overlaid(said, held, removed, keeps=keeps)
    if event == "A08" and said["status"] != _FINISHED:
        result["status"] = held["status"]
    return result


def appointment(said: Json, held: Json, *, keeps: bool) -> Json:
    """Return an appointment: what is to be spoken of, and what it needs, the diary does not say.

    Moved, it is in no slot of ours by what was said before.
    """
    result = overlaid(said, held, (), keeps=keeps)
    if "start" in said and _instant(said["start"]) != _instant(held.get("start", "")):
        for name in {"slot", "minutesDuration"} - said.keys():
            result.pop(name, None)
    if len(said["participant"]) == 1 and "participant" in held:
        # The person alone: whom they see and where stays as it was.
        result["participant"] = held["participant"]
    return result


def _instant(said: str) -> datetime | None:
    return datetime.fromisoformat(said) if said else None


def report(said: Json, held: Json, results: Mapping[str, str], place: str) -> Json:
    """Return a report in which results that were left out stay as they were.

    `results` says under which address we hold each result that the message names.

    :raises Unreadable: the number was another test's before.
    """
    if not _share_a_code(said, held):
        raise Unreadable(place, "this number was another test's report before")
    named = {results.get(one["reference"], one["reference"]) for one in said.get("result", ())}
    left_out = [one for one in held.get("result", ()) if one["reference"] not in named]
    result = {**said}
    if left_out:
        result["result"] = [*said.get("result", ()), *left_out]
        if said["status"] == _IN_ERROR:
            # Some results were another person's; the rest of the report stands.
            result["status"] = "corrected"
    if "presentedForm" in held and said["status"] not in _WITHDRAWS_DOCUMENTS:
        result.setdefault("presentedForm", held["presentedForm"])
    return result


def _share_a_code(said: Json, held: Json) -> bool:
    return bool(_codes(said) & _codes(held)) or not _codes(said) or not _codes(held)


def _codes(of: Json) -> set[tuple[str, str]]:
    coded = of.get("code", {})
    return {(one.get("system", ""), one.get("code", "")) for one in coded.get("coding", ())}


def _is_removed(name: str, removed: Sequence[str]) -> bool:
    return any(
        name == gone or (gone.endswith("[x]") and name.startswith(gone[:-3])) for gone in removed
    )


def _is_said(name: str, said: Json) -> bool:
    stem = name.lstrip("_")
    if stem.startswith("deceased"):
        return any(other.startswith("deceased") for other in said)
    # A birth time goes with its date.
    return name == "_birthDate" and "birthDate" in said


def _security(said: Json, held: Json, removed: Sequence[str]) -> list[Json]:
    """Return the sender's labels; one that was put on stays until the sender takes it off."""
    now = said.get("meta", {}).get("security", [])
    before = [] if "meta" in removed else held.get("meta", {}).get("security", [])
    return [*now, *(label for label in before if label not in now)]


def _telecom(said: list[Json], held: list[Json], removed: Sequence[str]) -> list[Json]:
    gone = {one.get("use", "") for one in said}
    gone |= {name.partition("/")[2] for name in removed if name.startswith("telecom/")}
    return [*said, *(one for one in held if one.get("use", "") not in gone)]


def _identifiers(said: list[Json], held: list[Json], _: Sequence[str]) -> list[Json]:
    systems = {one.get("system") for one in said}
    return [*said, *(one for one in held if one.get("system") not in systems)]


def _extensions(said: list[Json], held: list[Json], _: Sequence[str]) -> list[Json]:
    urls = {one["url"] for one in said}
    return [*said, *(one for one in held if one["url"] not in urls)]


_JOINED: Final = {"telecom": _telecom, "identifier": _identifiers, "extension": _extensions}

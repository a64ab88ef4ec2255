"""What is wrong with a kept message, in one sentence that names the field and never its value."""

import re
from typing import Final

_PLACE: Final = re.compile(r"([A-Z][A-Z0-9]{2})(?:\[(\d+)\])?(?:-(\d+))?(?:\.\d+)*")
_OURS: Final = re.compile(r"[A-Z]\w+")
_NOT_TAKEN: Final = "what it says cannot be taken: "

# What stands in the fields that can be at fault, as a person would call it.
FIELDS: Final = {
    "MSH-2": "the separators",
    "MSH-3": "the sending system",
    "MSH-7": "when it was sent",
    "MSH-9": "the kind of message",
    "EVN-2": "when it happened",
    "PID-2": "the person’s numbers",
    "PID-3": "the person’s numbers",
    "PID-5": "the person’s name",
    "PID-7": "the date of birth",
    "PID-11": "the address",
    "PID-29": "when the person died",
    "PV1-19": "the visit number",
    "PV1-44": "when the visit began",
    "PV1-45": "when the visit ended",
    "SCH-2": "the appointment’s number",
    "SCH-9": "how long the appointment lasts",
    "SCH-11": "when the appointment is",
    "TQ1-7": "when the appointment is",
    "TQ1-8": "when the appointment ends",
    "AIS-4": "when the service is wanted",
    "AIS-7": "for how long the service is wanted",
    "AIG-8": "when the apparatus is wanted",
    "AIG-11": "for how long the apparatus is wanted",
    "AIL-6": "when the room is wanted",
    "AIL-9": "for how long the room is wanted",
    "AIP-6": "when the person is wanted",
    "AIP-9": "for how long the person is wanted",
    "ORC-3": "the report’s number",
    "OBR-3": "the report’s number",
    "OBR-4": "the test",
    "OBR-6": "when it was asked for",
    "OBR-7": "when the sample was taken",
    "OBR-8": "when the sampling ended",
    "OBR-22": "when it was reported",
    "OBR-25": "the report’s status",
    "OBX-2": "the kind of value",
    "OBX-3": "what was measured",
    "OBX-5": "the value",
    "OBX-7": "the range",
    "OBX-8": "the flag",
    "OBX-11": "the result’s status",
    "OBX-14": "when it was measured",
}
_SEGMENTS: Final = {"OBR": "report", "OBX": "result", "NTE": "comment"}

# After the field, for each fault that a reader of messages names.
FAULTS: Final = {
    "documents of this type are not taken": "holds a document of a type that is not taken",
    "the document is larger than this feed may send": (
        "holds a document that is larger than this feed may send"
    ),
    "the encoding of the document is not known": "holds a document in an unknown encoding",
    "the document is not encoded as it says": "holds a document that is not encoded as it says",
    "this is not a date or time": "is not a date or time",
    "there is no such date or time": "is a date or time that does not exist",
    "there are too many repetitions": "is repeated too often to be honest",
    "there are too many fields": "has too many fields to be honest",
    "this is not a segment": "is not a segment",
    "there are too many segments": "is one segment too many: no honest message has so many",
    "the message does not begin with MSH": "is not at the beginning, where every message has it",
    "the feed it came from is not known any more": "is a feed that is not known any more",
    "the result does not say what it is": "is empty, so that nobody can tell what the result is of",
    "the separators are missing or not distinct": "are missing or not distinct",
    "a separator is a letter, a digit, a space or not ASCII": (
        "hold a letter, a digit, a space or a character beyond ASCII"
    ),
    "there is none": "is missing, and without it nothing can be read",
    "there is not one, and one alone": "is missing, or there are several",
    "the appointment has no number": "is empty, so that nobody can tell which it is",
    "nothing says how long the appointment lasts": "is empty, and nothing else says it",
    "this is no length of time": "is not a length of time",
    "the result belongs to no report": "belongs to no report: no OBR stands before it",
    "two reports have the same number": "is the same in two reports of this message",
    "there are two NHS numbers": "hold two NHS numbers",
    "the person has no number that we know": "hold no number that is known here",
    "the message is about two people": "is a second person: a message may be about one alone",
    "the report has no number of its own": "is empty: without it a report cannot be corrected",
    "this is no status of a report": "is not a status of a report",
    "this is no status of a result": "is not a status of a result",
    "this number was another test's report before": "was the number of another test’s report",
    "it changes who the person is": "would change who the person is",
    "such messages are not read": "is one that is not read here",
    "the number is somebody else's here": "belong to somebody else here",
    "the person is not known yet": "are of a person who is not known here yet",
    "no such patient is known here": "is about a patient who is not known here yet",
    "no patient can be told from it": "does not say whom it is about",
    "it ended, again and again, whoever read it": (
        "Our own service ended each time that it was read. The sender is not at fault"
    ),
}
# Codes of FHIR for what intake does not take.
_REFUSALS: Final = {
    "business-rule": "breaks a rule of the record",
    "code-invalid": "has a code that is not in its list",
    "conflict": "contradicts what is held about this person",
    "invariant": "breaks a rule of FHIR",
    "required": "lacks something that must be there",
    "structure": "is not built as FHIR asks",
    "too-costly": "is nested too deeply",
    "too-long": "is too long",
    "value": "has a value that is not allowed",
}


def sentence(place: str, error: str) -> str:
    """Return what is wrong, or "" where nothing is.

    >>> sentence("OBX[2]-14", "this is not a date or time")
    'OBX-14 of result 2, when it was measured, is not a date or time.'
    """
    if not error:
        return ""
    if not place and _OURS.fullmatch(error):
        return f"Our own service failed ({error}). The sender is not at fault."
    fault = _fault(error)
    return f"{_where(place)} {fault}." if place else f"{fault[:1].upper()}{fault[1:]}."


def _fault(error: str) -> str:
    if error.startswith(_NOT_TAKEN):
        code = error.removeprefix(_NOT_TAKEN)
        return _REFUSALS.get(code, f"is not taken ({code})")
    if error.startswith("the document is no "):
        return f"holds a document that is no {error.removeprefix('the document is no ')}"
    return FAULTS.get(error, f"cannot be read: {error}")


def _where(place: str) -> str:
    """Return the place as one says it, and what ought to stand there.

    >>> _where("PID-7"), _where("OBR"), _where("line 3"), _where("Bundle.entry[1].resource")
    ('PID-7, the date of birth,', 'OBR', 'Line 3', 'Entry 2')
    """
    if entry := re.match(r"Bundle\.entry\[(\d+)\](?:\.resource)?\.?(.*)", place):
        inside = f", at {entry[2]}," if entry[2] else ""
        return f"Entry {int(entry[1]) + 1}{inside}"
    if not (matched := _PLACE.fullmatch(place)):
        return f"{place[:1].upper()}{place[1:]}"
    segment, nth, number = matched.groups()
    name = f"{segment}-{number}" if number else segment
    said = f", {FIELDS[name]}," if name in FIELDS else ""
    if number and (kind := _SEGMENTS.get(segment)):
        return f"{name} of {kind} {nth or 1}{said}"
    return f"{name} of number {nth}{said}" if nth else f"{name}{said}"

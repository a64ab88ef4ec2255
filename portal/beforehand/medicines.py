"""The medicines that go on, as the record has them: what somebody is asked to look at."""

from collections.abc import Sequence
from dataclasses import dataclass

from fhir.store import Criteria
from portal.identity.middleware import IdentifiedRequest
from portal.record.entry import Entry, present
from portal.record.naming import names_of
from portal.record.sections import BY_KEY, may_hold

_SECTION = BY_KEY["medicines"]
_TYPES = ("MedicationRequest", "MedicationStatement")
_MOST = 40


@dataclass(frozen=True, slots=True)
class Listed:
    """What is on the list; of a list that is cut short, that it is."""

    entries: Sequence[Entry]
    has_more: bool


def may_see(request: IdentifiedRequest) -> bool:
    return all(may_hold(request.viewer, name) for name in _TYPES)


def listed(request: IdentifiedRequest) -> Listed:
    """Return what goes on, under the headings of the record, the newest first."""
    wanted = [
        Criteria(name, [request.patient], statuses=_SECTION.foremost, count=_MOST)
        for name in _TYPES
    ]
    found, has_more = request.records.search_any(wanted)
    names = names_of(request.records, found)
    entries = [present(one, names) for one in found]
    return Listed([one for one in entries if one.group() in _SECTION.groups], has_more)

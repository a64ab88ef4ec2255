"""A visit or a stay, in words."""

import re
from collections.abc import Iterator
from typing import Final

from fhir.paths import find
from portal.record import values, words
from portal.record.dates import days_as_recorded
from portal.record.entry import Entry, Row, row
from portal.record.statuses import VISITS

# What wards, rooms and sites are called between machines: "RESPOPD, RMB".
_CODES: Final = re.compile(r"[A-Z0-9/_-]+(?:, [A-Z0-9/_-]+)*")

_PEOPLE: Final = "participant.individual"
_INTERPRETER: Final = "Interpreter"
_TRANSLATES: Final = "translator"

KINDS = {
    "ACUTE": "Hospital stay", "AMB": "Visit", "EMER": "Emergency visit",
    "FLD": "Visit outside a hospital", "HH": "Visit at home", "IMP": "Hospital stay",
    "NONAC": "Hospital stay", "OBSENC": "Hospital stay", "PRENC": "Visit before a hospital stay",
    "SS": "Short hospital stay", "VR": "Phone or video appointment",
}  # fmt: skip


class Encounter(Entry):
    """When a person was seen, where, by whom and why."""

    untitled = "Visit"
    coded = "Code of this kind of visit"
    named = ("type", "serviceType")
    dated = ("period",)
    statuses = VISITS
    table = (
        row("Kind", "class.code", KINDS),
        row("When", "period"),
        row("Why", "reasonCode reasonReference diagnosis.condition"),
        row("Place", "location.location"),
        row("Seen by", _PEOPLE),
        row(_INTERPRETER, _PEOPLE),
        row("Clinic", "serviceType"),
        row("Lasted", "length"),
        row("Came from", "hospitalization.origin hospitalization.admitSource"),
        row("Left for", "hospitalization.destination hospitalization.dischargeDisposition"),
        row("Food", "hospitalization.dietPreference"),
        row("Help that was needed", "hospitalization.specialArrangement"),
        row("Run by", "serviceProvider"),
    )

    def heading(self) -> str:
        said = super().heading()
        return KINDS.get(self._code("class.code"), said) if said == self.untitled else said

    def when(self) -> str:
        period = self.resource.get("period")
        days = days_as_recorded(period) if isinstance(period, dict) else ""
        return days or super().when()

    def note(self) -> str:
        kind = KINDS.get(self._code("class.code"), "")
        return words.sentences(kind if kind != self.heading() else "", self.place())

    def place(self) -> str:
        """Return where it was; codes of wards say nothing to a patient."""
        place = self.say("location.location")
        is_word = place and not _CODES.fullmatch(place)
        return place if is_word else self.say("serviceProvider")

    def _said(self, row: Row) -> str:
        """Say who saw somebody, and apart from them who interpreted."""
        if row.paths != (_PEOPLE,):
            return super()._said(row)
        people = [
            values.said(one.get("individual"), self.names)
            for one in find(self.resource, "participant")
            if isinstance(one, dict)
            and (_TRANSLATES in find(one, "type.coding.code")) == (row.label == _INTERPRETER)
        ]
        return words.enumerated(people)

    def rows(self) -> Iterator[tuple[str, str]]:
        said = {("Kind", self.heading())}
        if (place := self.say("location.location")) != self.place():
            said.add(("Place", place))
        return (one for one in super().rows() if one not in said)

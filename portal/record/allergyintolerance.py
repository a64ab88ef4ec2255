"""An allergy, in words, or the statement that there is none."""

import re
from collections.abc import Iterator

from fhir.paths import find, first
from portal.record import values, words
from portal.record.entry import Entry, row
from portal.record.statuses import ALLERGIES, CERTAINTY, Status

# Asserted: somebody has asked, and there is none of this kind. SNOMED CT, and HL7's own list.
NONE_KNOWN = {
    "716186003": "No known allergies",
    "160244002": "No known allergies",
    "no-known-allergies": "No known allergies",
    "409137002": "No known allergies to medicines",
    "no-known-medication-allergies": "No known allergies to medicines",
    "429625007": "No known food allergies",
    "no-known-food-allergies": "No known food allergies",
    "428607008": "No known allergies to things at home or outside",
    "no-known-environmental-allergies": "No known allergies to things at home or outside",
    "716184000": "No known allergy to latex",
    "1003774007": "No known allergy to latex",
    "716220001": "No known allergy to animals",
    "428197003": "No known allergy to insect stings",
}
# Nobody knows: not the same as none.
_UNASKED = frozenset({"no-allergy-info", "1631000175102", "nilknown-unasked"})
UNASKED = "We do not know if there are any allergies"
_SPOKEN = re.compile(
    r"\s*(?:nkda|nka|no known (?:(drug|medication|medicine) )?allerg(?:y|ies))\s*", re.IGNORECASE
)
_KINDS = {"allergy": "Allergy", "intolerance": "Intolerance"}
_DANGER = {"low": "Low", "high": "High", "unable-to-assess": "Could not be told"}
_SEVERITY = {"mild": "Mild", "moderate": "Moderate", "severe": "Severe"}
NOT_SAID = "How bad it was is not recorded"


class AllergyIntolerance(Entry):
    """What a person reacts to, how, and how it is known."""

    untitled = "Allergy without a name"
    coded = "Code of this allergy"
    named = ("code", "reaction.substance")
    dated = ("recordedDate", "onsetDateTime", "onsetPeriod")
    stated = "clinicalStatus"
    statuses = ALLERGIES
    table = (
        row("How bad it was", "reaction.severity", _SEVERITY),
        row("How dangerous it could be", "criticality", _DANGER),
        row("Kind", "type", _KINDS),
        row("How it got in", "reaction.exposureRoute"),
        row("Began", "onsetDateTime onsetPeriod onsetRange onsetAge onsetString"),
        row("Last time", "lastOccurrence"),
        row("Told by", "asserter"),
        row("Written down", "recordedDate"),
        row("Written down by", "recorder"),
    )
    passages = (row("Notes", "note reaction.note"),)

    def asserts_none(self) -> bool:
        """Whether it says that there is no allergy, or none of a kind."""
        return bool(self._none_known())

    def asserts_unknown(self) -> bool:
        """Whether it says that nobody has asked."""
        return any(code in _UNASKED for _, code in self.codes())

    def heading(self) -> str:
        if self.asserts_unknown():
            return UNASKED
        return self._none_known() or super().heading()

    def status(self) -> Status | None:
        if self.asserts_none() or self.asserts_unknown():
            return None
        return CERTAINTY.get(self._code("verificationStatus")) or super().status()

    def note(self) -> str:
        if self.asserts_none() or self.asserts_unknown():
            return words.sentences(*self._known_from())
        return words.sentences(self.reaction(), self.severity(), *self._known_from())

    def rows(self) -> Iterator[tuple[str, str]]:
        if reaction := self.reaction():
            yield "What happened", reaction
        yield from super().rows()

    def reaction(self) -> str:
        """Return what happened, as one phrase."""
        for path in ("reaction.manifestation", "reaction.description"):
            said = (values.said(one) for one in find(self.resource, path))
            if phrase := words.capital(words.enumerated(map(words.small, said))):
                return phrase
        return ""

    def severity(self) -> str:
        """Return how bad the worst reaction was, or that it is not recorded."""
        found = find(self.resource, "reaction.severity")
        return next((word for code, word in reversed(_SEVERITY.items()) if code in found), NOT_SAID)

    def _none_known(self) -> str:
        for _, code in self.codes():
            if code in NONE_KNOWN:
                return NONE_KNOWN[code]
        spoken = _SPOKEN.fullmatch(values.said(first(self.resource, "code")))
        if not spoken:
            return ""
        is_of_medicines = bool(spoken[1]) or "nkda" in spoken[0].lower()
        return NONE_KNOWN["409137002" if is_of_medicines else "716186003"]

    def _known_from(self) -> Iterator[str]:
        told = str(first(self.resource, "asserter.reference") or "")
        if told and told == first(self.resource, "patient.reference"):
            yield "We were told about this"
        if who := self.say("recorder"):
            yield f"Written down by {who}"

"""The person's own details, in words."""

from collections.abc import Iterator
from typing import Any

from fhir.labels import Label
from fhir.paths import find
from fhir.search.values import NHS_NUMBER
from portal.record import values, words
from portal.record.dates import as_recorded, is_date
from portal.record.entry import Entry, row

_GENDERS = {
    "male": "Male",
    "female": "Female",
    "other": "Other",
    "unknown": "Not known",
}
HIDDEN = "Hidden. Nobody is shown where you live or how to reach you."
_NHS_DIGITS = 10
_INTERPRETER = "patient-interpreterRequired"
_LATEST = "9999"


class Patient(Entry):
    """Who they are, as the hospital has it."""

    untitled = "Your details"
    named = ("name",)
    table = (
        row("Date of birth", "birthDate"),
        row("Gender", "gender", _GENDERS),
        row("Marital status", "maritalStatus"),
        row("GP", "generalPractitioner"),
        row("Language", "communication.language"),
        row("Hospital", "managingOrganization"),
    )

    def heading(self) -> str:
        return words.title(words.person(self._name()), "Patient") or self.untitled

    def when(self) -> str:
        return ""

    def codes(self) -> list[tuple[str, str]]:
        return []

    def rows(self) -> Iterator[tuple[str, str]]:
        yield from self._numbers()
        yield from super().rows()
        if self.labels & Label.DEMOGRAPHICS:
            yield "Address and contact details", HIDDEN
        else:
            yield from self._reached()
        if needed := self._interpreter():
            yield "Interpreter", needed
        died = self.resource.get("deceasedDateTime")
        if is_date(died):
            yield "Died", as_recorded(died)

    def _name(self) -> Any:
        """Return the name in use; what somebody was called before is not it."""
        names = [one for one in find(self.resource, "name") if isinstance(one, dict)]
        chosen = (
            one for use in ("usual", "official", None) for one in names if one.get("use") == use
        )
        return next(chosen, next(iter(names), None))

    def _numbers(self) -> Iterator[tuple[str, str]]:
        for one in find(self.resource, "identifier"):
            if isinstance(one, dict) and one.get("system") == NHS_NUMBER:
                number = "".join(filter(str.isdecimal, str(one.get("value") or "")))
                if len(number) == _NHS_DIGITS:
                    yield "NHS number", words.nhs_number(number)
                    return

    def _reached(self) -> Iterator[tuple[str, str]]:
        for label, path in (("Address", "address"), ("Phone or email", "telecom")):
            living = [one for one in find(self.resource, path) if not _is_old(one)]
            if said := words.enumerated(values.said(one) for one in living):
                yield label, said
        for one in find(self.resource, "contact"):
            name = values.said(find(one, "name"))
            relation = values.said(find(one, "relationship"))
            if name or relation:
                yield "Next of kin or contact", ", ".join(filter(None, [name, relation]))

    def _interpreter(self) -> str:
        for one in find(self.resource, "extension"):
            if isinstance(one, dict) and str(one.get("url") or "").endswith(_INTERPRETER):
                return "Needed" if one.get("valueBoolean") is True else "Not needed"
        return ""


def _is_old(element: Any) -> bool:
    return isinstance(element, dict) and (
        element.get("use") == "old" or bool(find(element, "period.end"))
    )

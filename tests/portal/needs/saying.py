"""Somebody says what they need, through their own browser."""

import re
from typing import Any

from fhir.access import SYSTEM
from fhir.store import Repository
from portal.identity.models import User
from portal.needs import flags
from tests.portal.pages import words
from tests.signing_in import signed_in

PAGE = "/account/needs/"
SEEN = re.compile(r'name="seen" value="(\w+)"')
NEEDS_INTERPRETER = {
    "url": "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired",
    "valueBoolean": True,
}
URDU = {"communication": [{"language": {"coding": [{"code": "ur"}]}, "preferred": True}]}
NO_INTERPRETER = {"interpreter": "none", "language": "", "other": "", "words": ""}
POLISH = {"interpreter": "spoken", "language": "pl"}


class Speaker:
    """Somebody, with the browser in which they are signed in."""

    def __init__(self, login: User, patient: str, browser: Any = None) -> None:
        self.login, self.patient = login, patient
        self.browser = browser or signed_in(login)

    def comes_back(self) -> None:
        self.browser = signed_in(self.login)

    def reads(self, page: str = PAGE) -> str:
        return words(self.browser.get(page, follow=True))

    def sees(self) -> str:
        """Return what stands in the form for what was said before."""
        return SEEN.search(self.browser.get(PAGE).content.decode())[1]

    def states(self, seen: str | None = None, **said: Any) -> Any:
        seen = self.sees() if seen is None else seen
        return self.browser.post(PAGE, {**NO_INTERPRETER, "seen": seen, **said})

    def confirms(self, **more: str) -> Any:
        return self.browser.post(PAGE, {"act": "same", "seen": self.sees(), **more})


def told(patient: str) -> flags.Told:
    return flags.told_of(Repository(SYSTEM), patient)


def standing(patient: str) -> set[str]:
    return set(told(patient).standing)

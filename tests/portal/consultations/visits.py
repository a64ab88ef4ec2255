"""What people do on the pages of a visit, each through their own browser."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from fhir.access import SYSTEM
from fhir.scope import scoped
from portal.consultations.models import Consultation, Party
from portal.record.dates import LONDON

START = datetime(2026, 3, 31, 9, 20, tzinfo=LONDON)
_TOKEN = re.compile(r'name="token" value="([0-9a-f]{64})"')


@dataclass
class Guest:
    """Somebody on their way into a visit."""

    browser: Any
    key: UUID

    def opens(self, page: str = "", **more: Any) -> Any:
        return self.browser.get(f"/appointments/{self.key}/visit/{page}", **more)

    def posts(self, page: str, **said: Any) -> Any:
        return self.browser.post(f"/appointments/{self.key}/visit/{page}", said)

    def reads(self, page: str = "") -> str:
        answer = self.opens(page, follow=True)
        assert answer.status_code == 200
        return answer.content.decode()

    def token(self) -> str:
        """Return what the waiting room has in its button, or nothing."""
        found = _TOKEN.search(self.reads("wait/"))
        return found[1] if found else ""

    def goes_in(self) -> Any:
        return self.posts("join/", token=self.token())


@dataclass
class Doctor:
    """A clinician at their list."""

    browser: Any
    user: Any

    def reads(self, query: str = "") -> str:
        answer = self.browser.get(f"/staff/visits/{query}")
        assert answer.status_code == 200
        return answer.content.decode()

    def posts(self, key: UUID, act: str, **said: Any) -> Any:
        return self.browser.post(f"/staff/visits/{key}/{act}/", said)

    def admits(self, key: UUID, party: Party | None = None) -> Any:
        let_in = party or party_of(key)
        return self.posts(key, f"admit/{let_in.key}")


def party_of(key: UUID, role: str = "patient") -> Party:
    with scoped(SYSTEM):
        return Party.objects.get(consultation=key, role=role)


def held(key: UUID) -> Consultation | None:
    with scoped(SYSTEM):
        return Consultation.objects.filter(pk=key).first()

"""What somebody does before a visit, through their own browser."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from fhir.access import SYSTEM
from fhir.store import NotFound, Repository
from portal.beforehand import answers
from portal.record.dates import LONDON
from tests.portal.pages import words

START = datetime(2026, 3, 31, 9, 0, tzinfo=LONDON)
_SEEN = re.compile(r'name="seen" value="(\d+)"')
SAYS = {"phone": "07700 900456", "needs": "A quiet place to wait", "list": "right"}


@dataclass
class Comer:
    """Somebody who comes to a visit."""

    browser: Any
    key: UUID

    def opens(self, page: str, **more: Any) -> Any:
        return self.browser.get(f"/appointments/{self.key}/{page}/", **more)

    def reads(self, page: str) -> str:
        return words(self.opens(page, follow=True))

    def sees(self) -> str:
        """Return which version of what was said stands in the form."""
        return _SEEN.search(self.opens("before").content.decode())[1]

    def sends(self, seen: str | None = None, **said: str) -> Any:
        return self.browser.post(
            f"/appointments/{self.key}/before/",
            {**SAYS, "seen": self.sees() if seen is None else seen, **said},
        )

    def comes(self, act: str = "") -> Any:
        return self.browser.post(f"/appointments/{self.key}/here/", {"act": act})


def response(booking: Any) -> dict[str, Any] | None:
    try:
        key = answers.id_of(booking.series)
        return Repository(SYSTEM).read("QuestionnaireResponse", key).json
    except NotFound:
        return None


def said(booking: Any) -> dict[str, Any]:
    """Return what is kept of the answers, by the questions' names."""
    kept = response(booking) or {}
    return {one["linkId"]: next(iter(one["answer"][0].values())) for one in kept.get("item", ())}

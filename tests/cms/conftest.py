"""Two who keep the content: Jo writes, Kim publishes."""

from datetime import date

import pytest

from cms.models import ContentPage, Explainer, ExplainerCode, HomePage
from portal.identity.models import Role, User
from tests.signing_in import a_login, signed_in

TODAY = date(2026, 3, 12)

__all__ = ["TODAY", "a_page", "an_explainer", "signed_in"]


@pytest.fixture
def home(db) -> HomePage:
    return HomePage.objects.get()


@pytest.fixture
def jo(db) -> User:
    return a_login("Jo Marsh", Role.EDITOR)


@pytest.fixture
def kim(db) -> User:
    return a_login("Kim Ford", Role.APPROVER)


def an_explainer(title: str = "Haemoglobin blood test", **given) -> Explainer:
    codes = given.pop("codes", [("http://loinc.org", "718-7")])
    live = given.pop("live", True)
    words = {
        "slug": title.lower().replace(" ", "-"),
        "name": title.lower(),
        "what": "<p>It carries oxygen.</p>",
        "why": "<p>To find out why you are tired.</p>",
        "next": "<p>Your team will tell you.</p>",
        "who": "<p>Your team.</p>",
        "owner": "Blood team",
        "reviewed_on": date(2026, 1, 5),
        "review_due": date(2028, 1, 5),
    }
    explainer = Explainer(title=title, live=False, **(words | given))
    explainer.codes.set([_code(*code) for code in codes])
    explainer.save()
    revision = explainer.save_revision()
    if live:
        revision.publish()
        explainer.refresh_from_db()
    return explainer


def _code(system: str, code: str, code_list: str = "") -> ExplainerCode:
    return ExplainerCode(system=system, code=code, code_list=code_list)


def a_page(parent, title: str = "Visit someone", *, live: bool = True, **given) -> ContentPage:
    words = {
        "slug": title.lower().replace(" ", "-"),
        "kept_by": "Communications team",
        "reviewed_on": date(2026, 1, 5),
        "review_due": date(2028, 1, 5),
    }
    page = ContentPage(title=title, live=False, **(words | given))
    parent.add_child(instance=page)
    revision = page.save_revision()
    if live:
        revision.publish()
        page.refresh_from_db()
    return page

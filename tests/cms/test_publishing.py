"""Whoever shows our content hears when it changes, and only once it has."""

import pytest
from django.db import transaction

from cms.codes import LOINC
from cms.models import ContentPage, Explainer
from cms.publishing import content_changed
from tests.cms.conftest import a_page, an_explainer

pytestmark = pytest.mark.django_db


class Heard:
    """Listens, as the live part of the portal does."""

    def __init__(self) -> None:
        self.said: list[tuple[type, set[str], set[tuple[str, str]]]] = []

    def __call__(self, sender, paths, codes, **_) -> None:
        self.said.append((sender, set(paths), set(codes)))


@pytest.fixture
def heard():
    listener = Heard()
    content_changed.connect(listener)
    yield listener
    content_changed.disconnect(listener)


@pytest.fixture
def commits(django_capture_on_commit_callbacks):
    return lambda: django_capture_on_commit_callbacks(execute=True)


def test_publishing_a_page_is_said_with_its_address(home, heard, commits):
    page = a_page(home, live=False)

    with commits():
        page.latest_revision.publish()

    assert heard.said == [(ContentPage, {"/visit-someone/"}, set())]


def test_saving_a_draft_is_not_said(home, heard, commits):
    page = a_page(home)

    with commits():
        page.save_revision()

    assert heard.said == []


def test_unpublishing_a_page_is_said(home, heard, commits):
    page = a_page(home)

    with commits():
        page.unpublish()

    assert heard.said == [(ContentPage, {"/visit-someone/"}, set())]


def test_a_new_address_is_said_together_with_the_old_one(home, heard, commits):
    page = a_page(home)
    page.slug = "visiting"

    with commits():
        page.save_revision().publish()

    told = set().union(*(paths for _, paths, _ in heard.said))
    assert told == {"/visit-someone/", "/visiting/"}


def test_moving_a_page_is_said_with_both_addresses(home, heard, commits):
    page, parent = a_page(home), a_page(home, "Coming")

    with commits():
        page.move(parent, pos="last-child")

    assert heard.said == [(ContentPage, {"/visit-someone/", "/coming/visit-someone/"}, set())]


def test_publishing_an_explainer_is_said_with_its_address_and_codes(heard, commits):
    explainer = an_explainer(live=False)

    with commits():
        explainer.latest_revision.publish()

    said = (Explainer, {"/tests/haemoglobin-blood-test/"}, {(LOINC, "718-7")})
    assert heard.said == [said]


def test_unpublishing_or_deleting_an_explainer_is_said(heard, commits):
    explainer, explainer_path = an_explainer(), "/tests/haemoglobin-blood-test/"

    with commits():
        explainer.unpublish()
    assert heard.said == [(Explainer, {explainer_path}, {(LOINC, "718-7")})]

    heard.said.clear()
    with commits():
        explainer.delete()
    told = [set().union(*each) for each in zip(*((p, c) for _, p, c in heard.said), strict=True)]
    assert told == [{explainer_path}, {(LOINC, "718-7")}]


def test_a_code_that_an_explainer_has_lost_is_said_too(heard, commits):
    explainer = an_explainer(codes=[(LOINC, "718-7"), (LOINC, "777-3")])
    explainer.codes.set([code for code in explainer.codes.all() if code.code == "777-3"])

    with commits():
        explainer.save_revision().publish()

    told = set().union(*(codes for _, _, codes in heard.said))
    assert told == {(LOINC, "718-7"), (LOINC, "777-3")}


def test_what_is_rolled_back_is_never_said(heard, commits):
    explainer = an_explainer(live=False)

    with commits(), transaction.atomic():
        explainer.latest_revision.publish()
        transaction.set_rollback(True)

    assert heard.said == []


def test_a_listener_that_fails_does_not_stop_an_editor(heard, commits):
    def broken(**_) -> None:
        raise RuntimeError("no network")

    content_changed.connect(broken)
    explainer = an_explainer(live=False)

    with commits():
        explainer.latest_revision.publish()
    content_changed.disconnect(broken)

    explainer.refresh_from_db()
    assert explainer.live is True
    assert len(heard.said) == 1

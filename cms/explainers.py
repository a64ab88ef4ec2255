"""What a page about a test says, as plain words that any page may show.

A page past its review date still shows, but says so: an old explanation serves a worried person
better than none, as long as it does not pass for a checked one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils import dateformat
from django.utils.safestring import SafeString, mark_safe

if TYPE_CHECKING:
    from datetime import date

    from cms.models import Explainer

BEING_CHECKED = "We are checking this page again."
NOT_CHECKED = "A clinician has not checked this page yet."
NOTHING = mark_safe("")


@dataclass(frozen=True)
class ExplainerView:
    """One explainer: ``what`` to ``emergency`` are HTML, empty where there is nothing to say."""

    title: str
    name: str
    url: str
    what: SafeString
    why: SafeString = NOTHING
    low: SafeString = NOTHING
    high: SafeString = NOTHING
    next: SafeString = NOTHING
    who: SafeString = NOTHING
    urgent_heading: str = ""
    urgent: SafeString = NOTHING
    emergency_heading: str = ""
    emergency: SafeString = NOTHING
    owner: str = ""
    checked: str = NOT_CHECKED
    review: tuple[str, ...] = ()
    being_checked: bool = False
    general: bool = False

    def sections(self) -> list[tuple[str, str, SafeString]]:
        """Return anchor, heading and HTML of each part that says something, in reading order."""
        parts = [
            ("why", "Why you have it", self.why),
            ("low", "If it is low", self.low),
            ("high", "If it is high", self.high),
            ("next", "What happens next", self.next),
            ("who", "Who to ask", self.who),
        ]
        return [part for part in parts if part[2]]

    def above(self) -> list[dict[str, str]]:
        return [
            {"text": "Home", "href": "/"},
            {"text": "Tests explained", "href": reverse("cms:tests")},
        ]

    def contents(self) -> list[dict[str, str]]:
        return [{"text": heading, "href": f"#{anchor}"} for anchor, heading, _ in self.sections()]


def view_of(explainer: Explainer, today: date) -> ExplainerView:
    being_checked = explainer.review_due < today
    return ExplainerView(
        title=explainer.title,
        name=explainer.name,
        url=address_of(explainer.slug),
        what=_html(explainer.what),
        why=_html(explainer.why),
        low=_html(explainer.low),
        high=_html(explainer.high),
        next=_html(explainer.next),
        who=_html(explainer.who),
        urgent_heading=explainer.urgent_heading,
        urgent=_html(explainer.urgent),
        emergency_heading=explainer.emergency_heading,
        emergency=_html(explainer.emergency),
        owner=explainer.owner,
        checked=BEING_CHECKED if being_checked else _checked(explainer),
        review=tuple(_review(explainer, being_checked=being_checked)),
        being_checked=being_checked,
        general=explainer.general,
    )


def address_of(slug: str) -> str:
    return reverse("cms:test", args=[slug])


def in_words(day: date) -> str:
    return dateformat.format(day, "j F Y")


def built_in() -> ExplainerView:
    """Return what is said of a test when editors have published nothing that fits."""
    return ExplainerView(
        title="Your test result",
        name="this result",
        url=reverse("cms:tests"),
        what=_html("<p>This is the result of a test that the care team asked for.</p>"),
        next=_html(
            "<p>One result does not tell the whole story. The care team looks at it together with "
            "other tests. They will say if anything needs to change.</p>",
        ),
        who=_html("<p>Ask the team who asked for the test.</p>"),
        general=True,
    )


def _checked(explainer: Explainer) -> str:
    if not explainer.checked_by:
        return NOT_CHECKED
    return f"Checked by {explainer.checked_by} in {dateformat.format(explainer.reviewed_on, 'F Y')}"


def _review(explainer: Explainer, *, being_checked: bool) -> list[str]:
    reviewed = in_words(explainer.reviewed_on)
    if being_checked:
        return [BEING_CHECKED, f"Page last reviewed: {reviewed}"]
    checked = f"Checked by {explainer.checked_by}" if explainer.checked_by else NOT_CHECKED
    due = in_words(explainer.review_due)
    return [f"Page last reviewed: {reviewed}", f"Next review due: {due}", checked]


def _html(rich_text: str) -> SafeString:
    return mark_safe(rich_text)  # noqa: S308 (written through an editor that keeps <p> <b> <ul> only)

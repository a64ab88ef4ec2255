"""The links around every public page: menu, foot and the way back up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import F, Q
from django.urls import reverse
from wagtail.models import Page

if TYPE_CHECKING:
    from django.http import HttpRequest

Link = dict[str, str]  # text and href, as the NHS macros take them

HOME_DEPTH = 2


def context(request: HttpRequest) -> dict[str, Any]:
    """Return what the public layout shows, in one query."""
    top = _top_pages()
    pages = [(page.title, page.get_url(request)) for page in top if page.show_in_menus]
    return {
        "menu": [*pages, ("Tests explained", reverse("cms:tests"))],
        "foot": [link_to(page, request) for page in top if page.in_footer],
    }


def foot() -> list[Link]:
    """Return the links for the foot of pages that are not ours."""
    return [link_to(page, None) for page in _top_pages() if page.in_footer]


def above(page: Page, request: HttpRequest) -> list[Link]:
    """Return the pages over this one, the home page first."""
    home, *others = page.get_ancestors().filter(depth__gte=HOME_DEPTH)
    return [link_to(home, request) | {"text": "Home"}, *(link_to(each, request) for each in others)]


def link_to(page: Page, request: HttpRequest | None) -> Link:
    """Return a link; with a request, what is known of the site is asked for once only."""
    return {"text": page.title, "href": page.get_url(request)}


def _top_pages() -> list[Any]:
    shown = Q(show_in_menus=True) | Q(contentpage__in_footer=True)
    pages = Page.objects.live().filter(shown, depth=HOME_DEPTH + 1).order_by("path")
    return list(pages.annotate(in_footer=F("contentpage__in_footer")))

"""Says, in a signal of ours, that what the public reads has changed.

Sent after the transaction that published or unpublished has been committed, so that whoever
fetches the page then finds it. A lost signal is harmless: the next request shows the page.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models.signals import post_delete
from django.dispatch import Signal
from wagtail.signals import (
    page_published,
    page_slug_changed,
    page_unpublished,
    post_page_move,
    published,
    unpublished,
)

from cms.explainers import address_of
from cms.models import Explainer, ExplainerCode

if TYPE_CHECKING:
    from wagtail.models import Page

# Sent with paths, the addresses whose words have changed, and codes, the pairs of system and code
# of an explainer that has changed. The sender is the class of page or snippet.
content_changed = Signal()


def listen() -> None:
    """Connect to what Wagtail says; called once, when the app is ready."""
    for signal in (page_published, page_unpublished):
        signal.connect(_page_changed, dispatch_uid="cms.page_changed")
    page_slug_changed.connect(_page_readdressed, dispatch_uid="cms.page_readdressed")
    post_page_move.connect(_page_moved, dispatch_uid="cms.page_moved")
    for signal in (published, unpublished, post_delete):
        signal.connect(_explainer_changed, sender=Explainer, dispatch_uid="cms.explainer_changed")
    post_delete.connect(_code_lost, sender=ExplainerCode, dispatch_uid="cms.code_lost")


def _page_changed(sender: type[Page], instance: Page, **_: Any) -> None:
    _tell(sender, {_path_of(instance)})


def _page_readdressed(sender: type[Page], instance: Page, **before: Any) -> None:
    _tell(sender, {_path_of(before["instance_before"]), _path_of(instance)})


def _page_moved(sender: type[Page], instance: Page, **before: Any) -> None:
    now = _path_of(instance)
    site = len(instance.url_path) - len(now)
    _tell(sender, {str(before["url_path_before"])[site:], now})


def _explainer_changed(sender: type[Explainer], instance: Explainer, **_: Any) -> None:
    codes = frozenset((row.system, row.code) for row in instance.codes.all())
    _tell(sender, {address_of(instance.slug)}, codes)


def _code_lost(instance: ExplainerCode, **_: Any) -> None:
    _tell(Explainer, set(), frozenset({(instance.system, instance.code)}))


def _path_of(page: Page) -> str:
    parts = page.get_url_parts()
    return str(parts[2]) if parts else ""


def _tell(sender: type, paths: set[str], codes: frozenset[tuple[str, str]] = frozenset()) -> None:
    known = frozenset(paths - {""})
    transaction.on_commit(
        partial(content_changed.send_robust, sender=sender, paths=known, codes=codes),
    )

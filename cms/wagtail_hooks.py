"""What editors find in the content admin beside pages and images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wagtail import hooks
from wagtail.admin.ui.tables import UpdatedAtColumn
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from cms.models import Explainer

if TYPE_CHECKING:
    from django.http import HttpRequest

UNUSED_MENU_ITEMS = frozenset({"documents", "help"})


class ExplainerViewSet(SnippetViewSet):
    model = Explainer
    icon = "clipboard-list"
    menu_label = "Tests explained"
    menu_order = 150
    add_to_admin_menu = True
    list_display = ["title", "owner", "review_due", UpdatedAtColumn()]
    list_filter = ["review_due", "owner"]
    list_per_page = 50
    ordering = ["title"]


register_snippet(ExplainerViewSet)


@hooks.register("construct_main_menu")
def _leave_out_what_is_not_used(_request: HttpRequest, menu_items: list[Any]) -> None:
    menu_items[:] = [item for item in menu_items if item.name not in UNUSED_MENU_ITEMS]

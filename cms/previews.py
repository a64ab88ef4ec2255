"""Where previews live."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse

if TYPE_CHECKING:
    from django.http import HttpRequest


class PreviewedInAdmin:
    """Answers previews below the content admin, whose pages alone may frame them.

    Wagtail sends a preview through every middleware under the page's own address; there it would
    be refused a frame, and the home page would lead staff away.
    """

    def _get_dummy_header_url(
        self,
        original_request: HttpRequest | None = None,  # noqa: ARG002 (Wagtail gives it)
    ) -> str:
        return settings.WAGTAILADMIN_BASE_URL + reverse("wagtailadmin_home")

"""What browsers may do with our pages: nothing inline or framed, save in the content admin.

No page may use camera or microphone but those of a consultation, which say so themselves.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase

Given = ParamSpec("Given")
Asked = TypeVar("Asked", bound=HttpRequest)
POLICY = "Permissions-Policy"
_WITH_CAMERA = "camera=(self), display-capture=(self), geolocation=(), microphone=(self)"


def with_camera(
    view: Callable[Concatenate[Asked, Given], HttpResponse],
) -> Callable[Concatenate[Asked, Given], HttpResponse]:
    """Let a view's own page ask for camera and microphone."""

    @wraps(view)
    def answered(request: Asked, /, *args: Given.args, **given: Given.kwargs) -> HttpResponse:
        response = view(request, *args, **given)
        response[POLICY] = _WITH_CAMERA
        return response

    return answered


class ContentSecurityMiddleware(CSPMiddleware):
    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if _in_content_admin(request):
            # Previews are framed there. Everywhere else Django's own middleware says DENY.
            response.headers.setdefault("X-Frame-Options", "SAMEORIGIN")
        response.headers.setdefault(POLICY, settings.PERMISSIONS_POLICY)
        return super().process_response(request, response)

    def get_policy_parts(
        self,
        request: HttpRequest,
        response: HttpResponseBase,
        report_only: bool = False,  # noqa: FBT001, FBT002 (as django-csp calls it)
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if not report_only and parts.config is None and _in_content_admin(request):
            parts.config = settings.CONTENT_ADMIN_POLICY
        return parts


def _in_content_admin(request: HttpRequest) -> bool:
    return request.path_info.startswith(settings.CONTENT_ADMIN_PATH)

"""Public pages that are made from snippets, and the two doors that lead elsewhere."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.views import static
from django.views.decorators.http import require_safe

from cms import clock, navigation
from cms.explainers import address_of, view_of
from cms.models import Explainer

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse, HttpResponseBase


@require_safe
def tests(request: HttpRequest) -> HttpResponse:
    explained = Explainer.objects.filter(live=True, general=False).values_list("title", "slug")
    titles = sorted(explained, key=lambda row: row[0].casefold())
    links = [(title, address_of(slug)) for title, slug in titles]
    letters = [(letter, list(group)) for letter, group in groupby(links, key=_first_letter)]
    return render(request, "cms/tests.html", navigation.context(request) | {"letters": letters})


@require_safe
def test(request: HttpRequest, slug: str) -> HttpResponse:
    explainer = get_object_or_404(Explainer, slug=slug, live=True)
    context = {
        "explainer": view_of(explainer, clock.today()),
        "sign_in": resolve_url(settings.LOGIN_URL),
    }
    if request.GET.get("part") == "content":
        return render(request, "cms/parts/test.html", context)
    return render(request, "cms/test.html", navigation.context(request) | context)


@require_safe
def picture(request: HttpRequest, name: str) -> HttpResponseBase:
    return static.serve(request, name, document_root=str(Path(settings.MEDIA_ROOT) / "images"))


def sign_in(request: HttpRequest) -> HttpResponse:
    """Lead to the one sign-in page, and keep where the person wanted to go."""
    wanted = request.META.get("QUERY_STRING", "")
    return redirect(resolve_url(settings.LOGIN_URL) + (f"?{wanted}" if wanted else ""))


def _first_letter(link: tuple[str, str]) -> str:
    return link[0][0].upper()

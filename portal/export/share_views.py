"""Links that a patient makes to parts of their record: choose, hand over, end."""

from typing import Any
from uuid import UUID

import qrcode
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from qrcode.image.svg import SvgPathImage

from portal import clock
from portal.export import links
from portal.export.forms import SPANS, LinkForm
from portal.export.models import ShareLink
from portal.export.parts import Part
from portal.export.proving import own_parts, proved_lately, whose
from portal.identity.middleware import IdentifiedRequest
from portal.record import pages

CHOICE = "link_choice"
MOST_SHOWN = 50


@require_http_methods(["GET", "HEAD", "POST"])
def all_links(request: IdentifiedRequest) -> HttpResponse:
    """Show the links there are, and take what a new one is for; who one is, is asked next."""
    offered = own_parts(request)
    form = LinkForm(request.POST or None, parts=offered)
    if request.method == "POST" and form.is_valid():
        request.session[CHOICE] = form.cleaned_data
        return redirect("share:begin")
    mine = ShareLink.objects.filter(**whose(request))
    now = clock.now()
    found = list(mine.order_by("-made_at")[:MOST_SHOWN])
    context = {
        "form": form,
        "open": [(one, _titles(one, offered)) for one in found if links.stands(one, now)],
        "ended": [one for one in found if not links.stands(one, now)],
    }
    return _page(request, "export/links.html", context)


@require_safe
@proved_lately
def begin(request: IdentifiedRequest) -> HttpResponse:
    """Make the link that was chosen, and show what opens it, this once."""
    chosen = request.session.pop(CHOICE, None)
    if chosen is None:
        return redirect("share:links")
    offered = own_parts(request)
    wish = links.Wish(chosen["label"], chosen["parts"], SPANS[chosen["lasts"]])
    made = links.make(wish, **whose(request), now=clock.now())
    code = qrcode.make(made.address, image_factory=SvgPathImage)
    context = {
        "made": made,
        "titles": _titles(made.link, offered),
        "drawn": code.to_string(encoding="unicode"),
    }
    return _page(request, "export/link_made.html", context)


@require_POST
def end(request: IdentifiedRequest, key: UUID) -> HttpResponse:
    own_parts(request)
    mine = ShareLink.objects.filter(pk=key, **whose(request)).first()
    if mine is None:
        raise Http404
    links.revoke(mine, clock.now())
    return redirect("share:links")


def _titles(link: ShareLink, offered: list[Part]) -> list[str]:
    return [part.title for part in offered if part.key in link.chosen]


def _page(request: IdentifiedRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    return pages.page(request, template, {"section": "record", **context})

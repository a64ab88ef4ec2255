"""Take it with you: choose, wait, download."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fhir.weighing import Weight, weigh
from portal import clock
from portal.export import actions, places, progress
from portal.export.forms import ALL, RECENT, YEARS_BACK, CopyForm
from portal.export.models import Export
from portal.export.parts import ABOUT, Part
from portal.export.progress import Progress
from portal.export.proving import own_parts, proved_lately, whose
from portal.identity.middleware import IdentifiedRequest
from portal.record import pages, words

CHOICE = "export_choice"
# Of the text of resources, what is left in a copy with its pages when it has been packed.
PACKED = 0.6
PARTS = {"progress": "export/parts/progress.html"}


@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: IdentifiedRequest) -> HttpResponse:
    """Show what there is, and take what is wanted; being asked who one is comes next."""
    offered = own_parts(request)
    form = CopyForm(request.POST or None, parts=offered, now=clock.now())
    if request.method == "POST" and form.is_valid():
        since = form.since()
        request.session[CHOICE] = {
            "chosen": form.cleaned_data["parts"], "since": since and since.isoformat()
        }  # fmt: skip
        return redirect("export:begin")
    weights = weigh(
        request.viewer,
        request.patient,
        [name for part in offered for name in part.types],
        clock.now() - YEARS_BACK,
    )
    context = {
        "form": form,
        "picked": form["parts"].value() or [part.key for part in offered],
        "sizes": _sizes(weights),
        "counts_of": {part.key: _count(part, weights) for part in offered},
        "latest": _latest(request),
    }
    return _page(request, "export/choose.html", context)


@require_safe
@proved_lately
def begin(request: IdentifiedRequest) -> HttpResponse:
    """Ask for the copy that was chosen, now that it is certain who wants it."""
    chosen = request.session.pop(CHOICE, None)
    if chosen is None:
        return redirect("export:choose")
    own_parts(request)
    since = chosen["since"] and datetime.fromisoformat(chosen["since"])
    made = actions.ask(**whose(request), chosen=chosen["chosen"], since=since, now=clock.now())
    return redirect("export:copy", made.pk)


@require_safe
def copy(request: IdentifiedRequest, key: UUID) -> HttpResponse:
    """Show how far a copy is, and what is in it when it is ready; its part redraws itself."""
    found = _mine(request, key)
    steps = progress.read(found.parts)
    lacking = [one for one in steps if one.why]
    context = {
        "copy": found,
        "steps": steps,
        "ended": sum(one.step in progress.ENDED for one in steps),
        "lacking": lacking,
        "lack": _lack(lacking),
        "size": words.size(found.size),
    }
    return _page(request, "export/copy.html", context, PARTS)


def _lack(lacking: Sequence[Progress]) -> str:
    """Return how the heading of a copy goes on where not all could be read."""
    if not lacking:
        return ""
    if not all(one.is_missing for one in lacking):
        return ", but something is missing"
    parts = "one part is" if len(lacking) == 1 else f"{len(lacking)} parts are"
    return f", but {parts} missing"


@require_safe
@proved_lately
def download(request: IdentifiedRequest, key: UUID) -> HttpResponseBase:
    """Hand over the file, once it is certain that nothing in it has been taken back since."""
    found = _mine(request, key)
    is_there = found.state == Export.State.READY and places.path_of(found.file).exists()
    if not is_there or found.expires_at is None or clock.now() >= found.expires_at:
        raise Http404
    if actions.is_outdated(found, request.viewer):
        actions.remove([found])
        return redirect("export:copy", found.pk)
    actions.account_for(found, request.viewer)
    file = places.path_of(found.file).open("rb")
    response = FileResponse(file, as_attachment=True, filename="my-record.zip")
    response["Content-Type"] = "application/zip"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


@require_POST
def again(request: IdentifiedRequest, key: UUID) -> HttpResponse:
    actions.again(_mine(request, key))
    return redirect("export:copy", key)


@require_POST
def stop(request: IdentifiedRequest, key: UUID) -> HttpResponse:
    actions.stop(_mine(request, key))
    return redirect("export:choose")


def _mine(request: IdentifiedRequest, key: UUID) -> Export:
    """Return a copy that this person asked for.

    :raises Http404: it is none of theirs.
    """
    own_parts(request)
    found = Export.objects.filter(pk=key, **whose(request)).first()
    if found is None:
        raise Http404
    return found


def _latest(request: IdentifiedRequest) -> Export | None:
    mine = Export.objects.filter(**whose(request))
    states = [*Export.UNDER_WAY, Export.State.READY]
    return mine.filter(state__in=states).order_by("-asked_at").first()


def _page(
    request: IdentifiedRequest,
    template: str,
    context: Mapping[str, Any],
    parts: Mapping[str, str] | None = None,
) -> HttpResponse:
    return pages.page(request, template, {"section": "record", **context}, parts)


def _sizes(weights: Mapping[str, Weight]) -> dict[str, str]:
    recent = sum(one.recent_size for one in weights.values())
    whole = sum(one.size for one in weights.values())
    return {RECENT: words.size(int(recent * PACKED)), ALL: words.size(int(whole * PACKED))}


def _count(part: Part, weights: Mapping[str, Weight]) -> str:
    count = sum(weights[name].count for name in part.types if name in weights)
    return "" if part.key == ABOUT else part.counted(count) if count else "None in your record"

"""The home page: of a patient's record for those who are signed in to one, else the editors'."""

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.views.decorators.http import require_safe
from wagtail.views import serve

from portal import clock
from portal.identity.middleware import IdentifiedRequest
from portal.needs.reviewing import review_of
from portal.record import freshness, pages, seen
from portal.record.dates import greeting
from portal.record.pages import kept
from portal.record.sections import sections_for
from portal.results import updates
from portal.results.latest import latest

PARTS = {
    "new": "home/parts/new.html",
    "latest": "home/parts/latest.html",
    "status": "home/parts/status.html",
}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    if getattr(request, "patient", ""):
        return of_patient(request)
    page: HttpResponse = serve(request, "")
    return page


@kept
def of_patient(request: IdentifiedRequest) -> HttpResponse:
    """Answer with the page; what stands in it is not drawn again unless it may be wrong."""
    if request.GET.get("part") == "latest" and not updates.withdrawn(request):
        return HttpResponseNotModified()
    now = clock.now()
    news = seen.all_news_of(request)
    context = {
        "section": "home",
        "greeting": greeting(now),
        "first_name": request.viewer.name.partition(" ")[0],
        "news": news,
        "new_in": [
            (section, count)
            for section in sections_for(request.viewer)
            if (count := news.counts.get(section.key))
        ],
        "fresh": freshness.of(request.patient),
    }
    if "part" not in request.GET:
        context["review"] = review_of(request, now)
    if request.GET.get("part") in {None, "latest"}:
        context["latest"] = latest(request.records, request.patient, now)
    return pages.page(request, "home/home.html", context, PARTS)

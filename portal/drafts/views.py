"""Where a page saves what is being typed. Nothing is given back here: the form's page does that."""

from django.http import HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.views.decorators.debug import sensitive_post_parameters

from portal import clock
from portal.drafts import keeping
from portal.drafts.keeping import NotKept
from portal.identity.middleware import IdentifiedRequest


@sensitive_post_parameters()
def save(request: IdentifiedRequest) -> HttpResponse:
    """Save for whoever is signed in, in whatever capacity: the token says which form it is."""
    if request.standing is None:
        return HttpResponse(status=401)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        said = keeping.save(
            request.standing.user, request.POST.get("draft", ""), request.POST.dict(), clock.now()
        )
    except NotKept:
        return HttpResponse(status=400)
    return JsonResponse({"said": said})

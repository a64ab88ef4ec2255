"""A patient's own page on what we tell them: what can be switched off, and what always comes."""

from typing import TYPE_CHECKING, Final, cast

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from portal.identity.middleware import IdentifiedRequest
from portal.notices.forms import ChoicesForm
from portal.notices.models import NoticeChoice
from portal.record import pages

if TYPE_CHECKING:
    from portal.identity.models import User

_PAGE: Final = ("GET", "HEAD", "POST")


@require_http_methods(_PAGE)
def choices(request: IdentifiedRequest) -> HttpResponse:
    user = cast("User", request.user)
    kept = NoticeChoice.objects.filter(user=user).first() or NoticeChoice(user=user)
    form = ChoicesForm(
        request.POST if request.method == "POST" else None,
        initial={"reminders_by_email": kept.reminders_by_email},
    )
    if form.is_bound and form.is_valid():
        wanted = form.cleaned_data["reminders_by_email"]
        NoticeChoice.objects.update_or_create(user=user, defaults={"reminders_by_email": wanted})
        messages.success(request, "We have saved what you want to be told.")
        return redirect("notices:choices")
    context = {"section": "appointments", "form": form, "email": user.email}
    return pages.page(request, "notices/choices.html", context)

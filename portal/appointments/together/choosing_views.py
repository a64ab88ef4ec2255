"""Somebody chooses times at which several people can be seen, one after another."""

from datetime import datetime
from typing import Final

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from portal.appointments import days, showing
from portal.appointments.choosing_views import times_of
from portal.appointments.models import ClinicSlot
from portal.appointments.rules import Refusal
from portal.appointments.searching import Page, Wanted
from portal.appointments.together import actions, batches, lost, runs
from portal.appointments.together.actions import CannotBookTogether, Choice
from portal.appointments.together.companies import Company, company_of
from portal.appointments.together.forms import RunForm, WhoForm
from portal.appointments.together.lost import Sought
from portal.appointments.together.people import Booker, NoLonger, booker_of
from portal.appointments.together.rules import FEWEST, MOST
from portal.identity.middleware import IdentifiedRequest

_BAD: Final = 400
_NO_TIMES: Final = Page([], 0, has_more=False)


@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: IdentifiedRequest, ticket: str) -> HttpResponse:
    booker = booker_of(request)
    form = RunForm(request.POST) if request.method == "POST" else None
    if form and form.is_valid() and batches.is_known(form.batch(), booker):
        return redirect("appointments:together-held", form.batch())
    company = company_of(booker, ticket)
    if company is None:
        return lost.nothing(request)
    if form is None:
        return _times(request, company)
    if not form.is_valid() or not FEWEST <= len(form.who()) <= MOST:
        return _times(request, company, _BAD)
    return _held(request, booker, company, form)


def _held(
    request: IdentifiedRequest, booker: Booker, company: Company, form: RunForm
) -> HttpResponse:
    who, (slots, mode) = form.who(), form.cleaned_data["time"]
    row = ClinicSlot.objects.filter(slot=slots[0]).first()
    sought = Sought(who, mode, row.starts_at if row else None)
    if set(who) - set(company.tickets):
        return lost.page(request, booker, CannotBookTogether(Refusal.USED), sought)
    choice = Choice(form.batch(), company.only(who), slots, mode)
    try:
        actions.hold(booker, choice)
    except CannotBookTogether as why:
        return lost.page(request, booker, why, sought)
    except NoLonger:
        return lost.no_longer(request)
    return redirect("appointments:together-held", choice.batch)


def _times(request: IdentifiedRequest, company: Company, status: int = 200) -> HttpResponse:
    who = WhoForm(request.GET.getlist("who"), company)
    chosen = company.only(who.cleaned_data["who"]) if who.is_valid() else None

    def find(wanted: Wanted, after: tuple[datetime, str] | None) -> Page:
        if chosen is None:
            return _NO_TIMES
        return runs.search(chosen, wanted, after=after, count=days.PAGE)

    ticket = (chosen or company).common
    context = {
        "company": company,
        "chosen": chosen,
        "who": who,
        **times_of(request, ticket, find, alone=False),
    }
    return showing.shown(request, "appointments/together/choose", context, status)

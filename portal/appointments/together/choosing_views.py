"""Somebody chooses times at which several people can be seen, one after another."""

from typing import Final

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from portal import clock
from portal.appointments import days, person, said, showing
from portal.appointments.choosing_views import later_of
from portal.appointments.filters import Filters, Options
from portal.appointments.models import ClinicSlot
from portal.appointments.rules import Refusal
from portal.appointments.searching import Page, days_held
from portal.appointments.terms import terms_of
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
    now, known = clock.now(), person.known(request)
    who = WhoForm(request.GET.getlist("who"), company)
    chosen = company.only(who.cleaned_data["who"]) if who.is_valid() else None
    ticket = chosen.common if chosen else company.common
    options = Options.of(ticket)
    filters = Filters(request.GET.dict(), options, known.language)
    after = days.begin_after(request.GET.get("after", ""), ticket.patient)
    wanted = filters.wanted(now)
    page = _NO_TIMES
    if chosen:
        page = runs.search(chosen, wanted, after=after, count=days.PAGE)
    found = days.days_of(
        page, ticket, filters.chosen("way"),
        lambda last: days_held(ticket, wanted, last, after),
    )  # fmt: skip
    context = {
        "company": company,
        "chosen": chosen,
        "who": who,
        "options": options,
        "filters": filters,
        "page": page,
        "found": found,
        "language": said.language(known.language) if known.language else "",
        "is_later": after is not None,
        "later": later_of(request, found.after),
        "clocks": said.clocks(now, found.last) if found.last else "",
        "phone": terms_of(ticket.service).phone,
    }
    return showing.shown(request, "appointments/together/choose", context, status)

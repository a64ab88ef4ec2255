"""Pages for what cannot be booked for several people: why, and what else there is."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.http import HttpResponse

from portal.appointments import days, showing
from portal.appointments.rules import Mode, Refusal
from portal.appointments.terms import terms_of
from portal.appointments.together import runs
from portal.appointments.together.actions import CannotBookTogether
from portal.appointments.together.companies import Company, companies_of
from portal.appointments.together.people import Booker
from portal.identity.middleware import IdentifiedRequest

_GONE: Final = 404
_STATUS: Final = {Refusal.EXPIRED: 410}
# After these there are other times to offer.
_LOST: Final = frozenset({Refusal.TAKEN, Refusal.EXPIRED, Refusal.GONE, Refusal.PAST})
_HEADINGS: Final = {
    Refusal.TAKEN: "Someone else has just taken one of these times",
    Refusal.EXPIRED: "We could not keep these times any longer",
    Refusal.GONE: "One of these times is not there any more",
    Refusal.PAST: "One of these times has passed",
    Refusal.BUSY: "{who} at that time",
    Refusal.USED: "{whose} visit has been booked already",
    Refusal.CHOSEN_ELSEWHERE: "{whose} time has been changed in another window",
}
_NOTHING: Final = "Nothing is booked for anybody."
_OTHERS: Final = "We have not booked the others, and we keep no times for them."
_LEDES: Final = {
    Refusal.TAKEN: f"Sorry about that. {_NOTHING}",
    Refusal.EXPIRED: f"{_NOTHING} What you typed is still here.",
    Refusal.GONE: f"The clinic has changed. {_NOTHING}",
    Refusal.PAST: _NOTHING,
    Refusal.BUSY: f"Nobody can be in two places. {_NOTHING}",
    Refusal.USED: _OTHERS,
    Refusal.CHOSEN_ELSEWHERE: _OTHERS,
}


@dataclass(frozen=True, slots=True)
class Sought:
    """The times that could not be had, and the tickets of those they were for."""

    tickets: Collection[str]
    mode: Mode
    starts_at: datetime | None


def page(
    request: IdentifiedRequest, booker: Booker, why: CannotBookTogether, sought: Sought
) -> HttpResponse:
    """Say why times could not be had, and offer the nearest that can, to all who still need one."""
    left = _left(booker, sought.tickets)
    is_whole = left is not None and len(left.members) == len(sought.tickets)
    offered: list[runs.Run] = []
    if left and is_whole and sought.starts_at and why.refusal in _LOST:
        offered = runs.nearest(left, sought.mode, sought.starts_at)
    context = {
        "company": left,
        "heading": _heading(booker, why),
        "lede": _LEDES.get(why.refusal, f"{why.refusal} {_NOTHING}"),
        "offered": days.near(offered, sought.mode, sought.starts_at),
        "mode": sought.mode,
        "phone": terms_of(left.common.service if left else "").phone,
    }
    status = _STATUS.get(why.refusal, 409)
    return showing.shown(request, "appointments/together/lost", context, status)


def nothing(request: IdentifiedRequest) -> HttpResponse:
    """Say that there is nothing to be booked together here: the same whatever the address names."""
    return showing.shown(request, "appointments/together/nothing", {}, _GONE)


def no_longer(request: IdentifiedRequest) -> HttpResponse:
    """Say that somebody may not be booked for any more, naming nobody."""
    return showing.shown(request, "appointments/together/no_longer", {}, _GONE)


def _left(booker: Booker, tickets: Collection[str]) -> Company | None:
    """Return those of a company who can still be booked together."""
    for company in companies_of(booker):
        if found := set(tickets).intersection(company.tickets):
            return company.only(found) if len(found) > 1 else company
    return None


def _heading(booker: Booker, why: CannotBookTogether) -> str:
    person = next((one for one in booker.people() if one.patient == why.patient), None)
    if person is None:
        who, whose = "One of you has another appointment", "One"
    else:
        has = "have" if person.is_self else "has"
        who, whose = f"{person.called} {has} another appointment", person.whose
    heading = _HEADINGS.get(why.refusal, "You cannot book these visits together")
    return heading.format(who=who, whose=whose)

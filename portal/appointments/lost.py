"""Pages for what cannot be booked: why, what has not changed, what else there is, whom to ring."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.http import HttpResponse
from django.shortcuts import render

from portal.appointments import days, showing
from portal.appointments.asked import Aim
from portal.appointments.refusing import CannotBook
from portal.appointments.rules import Mode, Refusal
from portal.appointments.terms import terms_of
from portal.identity.middleware import IdentifiedRequest
from portal.record import words
from portal.record.dates import clock as time_of

_STATUS: Final = {Refusal.EXPIRED: 410}
# What a page says first; `{at}` is the time of day that was asked for.
_HEADINGS: Final = {
    Refusal.TAKEN: "Someone else has just taken {at}",
    Refusal.EXPIRED: "We could not keep {at} any longer",
    Refusal.GONE: "{at} is not there any more",
    Refusal.PAST: "{at} has passed",
    Refusal.BUSY: "You have another appointment at {at}",
    Refusal.CHOSEN_ELSEWHERE: "You have chosen a time in another window",
    Refusal.USED: "You have already booked this visit",
    Refusal.TOO_LATE: "It is too late to change this online",
    Refusal.NOT_BOOKED: "This visit has been changed already",
}
_LEDES: Final = {
    Refusal.TAKEN: "Sorry about that. Nothing you typed is lost.",
    Refusal.EXPIRED: "Your answers are still here.",
    Refusal.GONE: "The clinic has changed. Nothing you typed is lost.",
    Refusal.PAST: "Nothing you typed is lost. Choose another time.",
    Refusal.BUSY: "Nobody can be in two places. Choose another time.",
    Refusal.CHOSEN_ELSEWHERE: "Go on there, or choose a time again.",
}


@dataclass(frozen=True, slots=True)
class Sought:
    """The time that could not be had, and what was typed for it."""

    mode: Mode
    starts_at: datetime | None
    typed: Mapping[str, str] = field(default_factory=dict)
    longer: bool = False


def page(request: IdentifiedRequest, aim: Aim, why: CannotBook, sought: Sought) -> HttpResponse:
    """Say why a time could not be had, and offer the nearest that can."""
    at = time_of(sought.starts_at) if sought.starts_at else "that time"
    heading = _HEADINGS.get(why.refusal, "You cannot book this time").format(at=at)
    offered = why.alternatives if sought.starts_at else []
    context = {
        "aim": aim,
        "sought": sought,
        "heading": words.capital(heading),
        "lede": _LEDES.get(why.refusal, str(why.refusal)),
        "offered": days.near(offered, sought.mode, sought.starts_at),
        "phone": why.phone,
    }
    return showing.shown(request, "lost", context, _STATUS.get(why.refusal, 409))


def used(request: IdentifiedRequest, aim: Aim) -> HttpResponse:
    """Say that what was asked for has been booked already."""
    return showing.shown(request, "used", {"phone": terms_of(aim.ticket.service).phone})


def no_ticket(request: IdentifiedRequest) -> HttpResponse:
    """Say why nothing can be booked here: the same whatever the address names (decisions 26)."""
    return render(request, "appointments/no_ticket.html", {"section": "appointments"}, status=404)

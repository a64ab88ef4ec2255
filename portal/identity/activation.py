"""A typed code on its way to a link: kept in the session until a login has been made or chosen."""

from datetime import timedelta

from django.http import HttpRequest

from portal import clock
from portal.identity import actions, mails
from portal.identity.actions import CannotActivate
from portal.identity.models import ActivationCode, Link, User

_TYPED = "activation"
LASTS = timedelta(minutes=30)


def remember(request: HttpRequest, code: ActivationCode) -> None:
    request.session[_TYPED] = {"code": code.pk, "at": clock.now().timestamp()}


def remember_login(request: HttpRequest, user: User) -> None:
    """Note that `user` was made for the code, and may have it once the address is proved."""
    request.session[_TYPED] = request.session[_TYPED] | {"user": user.pk}


def typed(request: HttpRequest) -> ActivationCode | None:
    kept = request.session.get(_TYPED)
    if not kept or clock.now().timestamp() - kept["at"] > LASTS.total_seconds():
        return None
    return ActivationCode.objects.filter(pk=kept["code"]).first()


def finish(request: HttpRequest, user: User) -> None:
    """Link a login that was made for a typed code; called when it first signs in."""
    kept = request.session.get(_TYPED, {})
    if kept.get("user") == user.pk and (code := typed(request)):
        use(request, user, code)


def use(request: HttpRequest, user: User, code: ActivationCode) -> bool:
    """Link the login and say so to the one that had the record before; False if that cannot be."""
    request.session.pop(_TYPED, None)
    before = Link.objects.select_related("user").filter(patient=code.patient, ended_at=None).first()
    try:
        actions.activate(user=user, code=code.pk, now=clock.now())
    except CannotActivate:
        return False
    if before and before.user != user:
        mails.tell(before.user, "account/email/link_ended")
    return True

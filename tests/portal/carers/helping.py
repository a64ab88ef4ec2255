"""Lets one person help another, by the acts that the pages call."""

from datetime import date

from allauth.account.internal.flows.login import record_authentication
from django.contrib.auth import get_user
from django.http import HttpRequest

from fhir.store import Repository
from portal import clock
from portal.carers import actions
from portal.carers.actions import Limits, Wish
from portal.carers.models import Sharing
from portal.identity import sessions
from portal.identity.models import Capacity, SessionLimit, User
from portal.identity.viewers import viewer_in
from tests.signing_in import signed_in

GRACE_BORN = date(1945, 2, 11)


def records_of(user: User):
    """Return the record as its patient may see it."""
    return Repository(viewer_of(user))


def viewer_of(user: User):
    token = signed_in(user).session[sessions.TOKEN]
    return viewer_in(sessions.still_stands(token, clock.now()))


def invited(grace: User, *scopes: str, ends_on: date | None = None, **more: str):
    """Invite Ben, and return the sharing and its code."""
    link = sessions.current_link(grace)
    wish = Wish(
        name=more.get("name", "Ben Carter"),
        email=more.get("email", "ben@example.org"),
        relationship=more.get("relationship", "SONC"),
        limits=Limits(frozenset(scopes), ends_on),
    )
    return actions.invite(
        records=records_of(grace), patient=link.patient, by=grace, wish=wish, now=clock.now()
    )


def helps(
    ben: User,
    grace: User,
    *scopes: str,
    ends_on: date | None = None,
    born: date = GRACE_BORN,
) -> Sharing:
    """Let Ben help Grace with these parts of her record."""
    made = invited(grace, *scopes, ends_on=ends_on)
    return actions.accept(user=ben, typed=made.code, born=born, now=clock.now())


def acting(ben: User, sharing: Sharing):
    """Return a browser in which Ben looks into the record of the one he helps."""
    browser = signed_in(ben)
    wanted = SessionLimit.objects.filter(key=browser.session[sessions.TOKEN])
    wanted.update(capacity=Capacity.PROXY, person=sharing.patient)
    return browser


def carer_viewer(ben: User, sharing: Sharing):
    browser = acting(ben, sharing)
    standing = sessions.still_stands(browser.session[sessions.TOKEN], clock.now())
    return viewer_in(standing)


def just_proved(browser):
    """Return a browser in which the password was given a moment ago."""
    request = HttpRequest()
    request.session = session = browser.session
    user = get_user(request)
    record_authentication(request, user, method="password")
    session.save()
    return browser

"""How long a session lasts, and how it ends: enforced here, whatever the browser believes.

A session's data hold a token; the token's row says whose session it is, since when, and as whom.
Without the row the session is over, so ending one is deleting a row.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.contrib.auth import logout
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest

from fhir import changes
from portal.carers.standing import Acting, acting_for, still_acting
from portal.identity import rules
from portal.identity.models import Capacity, Link, SessionLimit, User
from portal.record.dates import local

TOKEN = "daybook"  # noqa: S105 (where in the session's data the token is)
# Being used is written down no more often than this.
GRAIN = timedelta(seconds=10)
NO_TOKEN = UUID(int=0)
# Asked with every request: to put it together anew each time takes longer than to ask it.
_LIMIT_OF = "SELECT * FROM portal_sessionlimit WHERE key = %s AND user_id = %s"


@dataclass(frozen=True, slots=True)
class Standing:
    """A session that stands: whose it is, and as whom they use it."""

    user: User
    limit: SessionLimit
    # By what they look into another's record; None where they do not, or may not any more.
    acting: Acting | None = None

    @property
    def capacity(self) -> Capacity:
        return Capacity(self.limit.capacity)

    @property
    def person(self) -> str:
        """The patient key in view; "" for staff, and for a login without a record."""
        return self.limit.person

    @property
    def second_factor(self) -> bool:
        return self.limit.second_factor_at is not None

    @property
    def token(self) -> str:
        return str(self.limit.key)


def begin(request: HttpRequest, user: User, now: datetime, *, second_factor: bool) -> None:
    """Start the clock of a session that has just been signed in."""
    forget_ended(user, now)
    link = current_link(user)
    limit = SessionLimit.objects.create(
        key=uuid4(),
        user=user,
        epoch=user.epoch,
        started_at=now,
        last_seen_at=now,
        second_factor_at=now if second_factor else None,
        capacity=_first_capacity(user, link),
        person=link.patient if link else "",
        from_nhs_app=rules.is_nhs_app(request.headers.get("User-Agent", "")),
    )
    request.session[TOKEN] = str(limit.key)


def forget_ended(user: User, now: datetime) -> None:
    """Delete the rows of sessions whose browser never came back to be told that they are over."""
    over = [limit.pk for limit in user.session_limits.all() if rules.over(limit, now)]
    user.session_limits.filter(pk__in=over).delete()


def current_link(user: User) -> Link | None:
    # One at most, by a constraint; `first` would put them in order.
    return next(iter(Link.objects.filter(user=user, ended_at=None)), None)


def linked_to(patient: str) -> User | None:
    """Return the login that stands for a patient."""
    link = Link.objects.select_related("user").filter(patient=patient, ended_at=None).first()
    return link.user if link else None


def with_login(patients: Iterable[str]) -> set[str]:
    """Return those of the patients for whom a login stands that can be used."""
    links = Link.objects.filter(patient__in=set(patients), ended_at=None, user__is_active=True)
    return set(links.values_list("patient", flat=True))


def standing_of(session: SessionBase, user: User, now: datetime) -> Standing | rules.Over:
    """Return how a signed-in session stands, or why it is over."""
    held = SessionLimit.objects.raw(_LIMIT_OF, [_token_in(session), user.pk])
    limit = next(iter(held), None)
    return _with_acting(_standing(limit, user, now), now) if limit else rules.Over.ENDED


def still_stands(token: str, now: datetime) -> Standing | None:
    """Return how the session of this token stands now: for sockets, which outlive requests."""
    limit = SessionLimit.objects.select_related("user").filter(key=_as_uuid(token)).first()
    found = _with_acting(_standing(limit, limit.user, now), now) if limit else None
    return found if isinstance(found, Standing) else None


def standing_among(tokens: Iterable[str], now: datetime) -> dict[str, str]:
    """Return those of the sessions that stand now, each with the patient in view.

    One query, and another if somebody looks into another's record: that may have ended by date.
    """
    keys = [_as_uuid(token) for token in tokens]
    limits = SessionLimit.objects.select_related("user").filter(key__in=keys)
    found = [one for one in limits if isinstance(_standing(one, one.user, now), Standing)]
    proxies = [one for one in found if one.capacity == Capacity.PROXY and one.person]
    pairs = [(one.user_id, one.person) for one in proxies]
    acting = still_acting(pairs, local(now).date()) if pairs else set()
    return {
        str(one.key): one.person
        for one in found
        if one not in proxies or (one.user_id, one.person) in acting
    }


def _standing(limit: SessionLimit, user: User, now: datetime) -> Standing | rules.Over:
    is_locked = user.locked_until is not None and now < user.locked_until
    if limit.epoch != user.epoch or not user.is_active or is_locked:
        return rules.Over.ENDED
    return rules.over(limit, now) or Standing(user, limit)


def _with_acting(found: Standing | rules.Over, now: datetime) -> Standing | rules.Over:
    if isinstance(found, rules.Over) or found.capacity != Capacity.PROXY or not found.person:
        return found
    acts = acting_for(found.user, found.person, local(now).date())
    return replace(found, acting=acts)


def touch(standing: Standing, now: datetime) -> None:
    """Write down that the person did something; polls and sockets never come here."""
    if now - standing.limit.last_seen_at >= GRAIN:
        keep(standing, now)


def keep(standing: Standing, now: datetime) -> None:
    standing.limit.last_seen_at = now
    SessionLimit.objects.filter(pk=standing.limit.pk).update(last_seen_at=now)


def prove_second_factor(session: SessionBase, user: User, now: datetime) -> None:
    """Note a second factor, set up or given; sessions that began without one are ended."""
    mine = user.session_limits.filter(key=_token_in(session))
    mine.update(second_factor_at=now)
    user.session_limits.filter(second_factor_at=None).delete()


def use_as(standing: Standing, capacity: Capacity, person: str = "") -> None:
    """Go on as a patient, for another `person` or as staff; pages open as before are closed."""
    link = current_link(standing.user) if capacity == Capacity.PATIENT else None
    before = standing.person
    person = link.patient if link else person
    with transaction.atomic():
        SessionLimit.objects.filter(pk=standing.limit.pk).update(capacity=capacity, person=person)
        _announce({before, person})


def stop_acting(user: User | None, patient: str) -> None:
    """Take another's record out of the hands of a user; pages that show it close.

    Their sessions go on, with nobody in view: they are never put before another record unasked.
    """
    with transaction.atomic():
        acting = SessionLimit.objects.filter(capacity=Capacity.PROXY, person=patient, user=user)
        acting.update(person="")
        _announce({patient})


def end(request: HttpRequest) -> None:
    """Sign out this session; other tabs of it close at the announcement."""
    with transaction.atomic():
        ending = SessionLimit.objects.filter(key=_token_in(request.session))
        people = set(ending.values_list("person", flat=True))
        ending.delete()
        _announce(people)
    logout(request)


def end_all(user: User, *, spare: SessionBase | None = None, also: Iterable[str] = ()) -> None:
    """End every session of a user, save the one that asked; to be called when rights change.

    It is announced to whoever has the record open, and to the records in `also`.
    """
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(epoch=F("epoch") + 1)
        user.refresh_from_db(fields=["epoch"])
        kept = _token_in(spare) if spare is not None else NO_TOKEN
        ending = user.session_limits.exclude(key=kept)
        people = set(ending.values_list("person", flat=True))
        ending.delete()
        user.session_limits.filter(key=kept).update(epoch=user.epoch)
        _announce(people.union(also))


def _announce(people: Iterable[str]) -> None:
    for patient in sorted(filter(None, people)):
        changes.announce(patient)


def _first_capacity(user: User, link: Link | None) -> Capacity:
    if link:
        return Capacity.PATIENT
    return Capacity.STAFF if user.is_staff else Capacity.NONE


def _token_in(session: SessionBase) -> UUID:
    return _as_uuid(session.get(TOKEN))


def _as_uuid(token: str | None) -> UUID:
    return UUID(token) if token else NO_TOKEN

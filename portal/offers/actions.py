"""A time that has come free is offered to those who would come sooner; the first to say yes has it.

An offer holds nothing: who accepts takes the time as any patient does who moves a booking, so that
the database decides who was first, and the old booking stands until the new time is theirs.
"""

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import islice

from django.db.models import Q

from fhir import changes
from fhir.access import SYSTEM
from fhir.store import Criteria, NotFound, Repository
from portal.appointments import actions as booking
from portal.appointments import claims
from portal.appointments.actions import Choice
from portal.appointments.lending import lent
from portal.appointments.longer import second_of
from portal.appointments.models import Claim, ClinicSlot
from portal.appointments.own import own
from portal.appointments.rules import LIVE
from portal.notices import actions as notices
from portal.notices.standing import standing_of
from portal.offers import rules
from portal.offers.matching import Suited, suited
from portal.offers.models import EarlierOffer, EarlierWish, Vacancy
from portal.record.dates import instant

State = EarlierOffer.State


class OfferEnded(Exception):
    """It ran out, was declined, or somebody else was first; nothing has changed."""


def freed_by(ended: Mapping[str, int], now: datetime) -> None:
    """Write down the times that these bookings have left, by their Appointments' ids and versions.

    They are offered apart (`go_on_with_all`): whoever tells of many changes waits for nobody.
    """
    records = Repository(SYSTEM)
    with records.transaction(), claims.opened():
        left = [slot for key, version in ended.items() for slot in _left(records, key, version)]
        free = ClinicSlot.objects.filter(
            slot__in=left, is_open=True, is_full=False, starts_at__gt=now
        )
        Vacancy.objects.bulk_create(
            (_vacancy(slot, now) for slot in free.order_by("slot")), ignore_conflicts=True
        )


def go_on_with_all(now: datetime) -> None:
    """Offer what has come free, end what has run out, and offer it to whoever is next.

    At night only what was still offered is looked at.
    """
    records = Repository(SYSTEM)
    with records.transaction():
        vacancies = Vacancy.objects.filter(closed_at=None)
        if rules.until(now) is None:
            vacancies = vacancies.filter(offers__state=State.OPEN).distinct()
        found = list(vacancies.order_by("pk").values_list("pk", flat=True))
    for key in found:
        go_on(key, now)


def go_on(vacancy: int, now: datetime) -> None:
    """Bring the offers of one vacancy into line with how its slot stands."""
    records = Repository(SYSTEM)
    with records.transaction(), claims.opened():
        found = Vacancy.objects.select_for_update().filter(pk=vacancy, closed_at=None).first()
        if found is None:
            return
        slot = ClinicSlot.objects.filter(slot=found.slot).first()
        is_free = slot is not None and slot.is_open and not slot.is_full and slot.starts_at > now
        offers = list(found.offers.filter(state=State.OPEN).order_by("place"))
        if slot is None or not is_free:
            touched = _settle(offers, found, now)
            _close(found, now)
        else:
            expired = [one for one in offers if one.expires_at <= now]
            _end(expired, State.EXPIRED, now)
            left = len(offers) - len(expired)
            made = _offer(records, found, slot, now, rules.AT_ONCE - left)
            touched = {one.patient for one in (*expired, *made)}
            if not made and not left and rules.until(now):
                _close(found, now)
        changes.touch(touched, "Appointment")


def accept(records: Repository, patient: str, key: uuid.UUID, now: datetime) -> Claim:
    """Move a booking to the time that was offered; said again, the same booking is the answer.

    :raises CannotBook: somebody has the time, or is taking it; the old booking stands.
    :raises OfferEnded: the offer stands no more.
    :raises NotFound: it is not this patient's.
    """
    offer = mine(records, patient, key)
    if offer.state != State.ACCEPTED and (offer.state != State.OPEN or offer.expires_at <= now):
        raise OfferEnded
    with records.transaction(), claims.opened():
        old = own(patient, offer.booking)
    wanted = Choice(f"offer-{offer.key}", old.ticket, offer.slot, old.mode, str(old.key))
    try:
        hold = booking.hold(records, patient, wanted)
        return booking.move(records, patient, hold.key)
    finally:
        go_on(offer.vacancy_id, now)


def decline(records: Repository, patient: str, key: uuid.UUID, now: datetime) -> EarlierOffer:
    """Keep the booking as it is; whoever is next is asked. It costs nothing.

    :raises NotFound: it is not this patient's.
    """
    offer = mine(records, patient, key)
    with records.transaction():
        _end([offer], State.DECLINED, now)
    go_on(offer.vacancy_id, now)
    return offer


def mine(records: Repository, patient: str, key: uuid.UUID) -> EarlierOffer:
    """Return an offer to this patient.

    :raises NotFound: there is none.
    """
    lent(records, patient)
    with records.transaction():
        found = EarlierOffer.objects.filter(key=key, patient=patient).first()
    if found is None:
        raise NotFound(f"EarlierOffer/{key}")
    return found


def _left(records: Repository, appointment: str, version: int) -> list[str]:
    """Return the slots that a booking was in before this version of it, and is not any more.

    A hospital system that moves a booking, or has it end sooner, takes its claim along: what it was
    in is known by when the version before began and ended.
    """
    key = _key(appointment)
    claim = Claim.objects.filter(key=key, booked_at__isnull=False).first() if key else None
    if claim is None:
        return []
    if claim.state not in LIVE:
        slot = ClinicSlot.objects.get(slot=claim.slot)
        second = second_of(claim, slot)
        return [slot.slot, second.slot] if second else [slot.slot]
    try:
        before = records.read_version("Appointment", appointment, version - 1).json
    except NotFound:
        return []
    began = instant(str(before.get("start") or ""))
    if began is None:
        return []
    ended = instant(str(before.get("end") or "")) or began
    if began == claim.starts_at and ended <= claim.ends_at:
        return []
    found = ClinicSlot.objects.filter(service=claim.service, clinician=claim.clinician).filter(
        Q(starts_at=began) | Q(starts_at__gt=began, starts_at__lt=ended)
    )
    kept = found.exclude(starts_at__lt=claim.ends_at, ends_at__gt=claim.starts_at)
    return list(kept.values_list("slot", flat=True))


def _vacancy(slot: ClinicSlot, now: datetime) -> Vacancy:
    return Vacancy(slot=slot.slot, service=slot.service, starts_at=slot.starts_at, freed_at=now)


def _offer(
    records: Repository, vacancy: Vacancy, slot: ClinicSlot, now: datetime, room: int
) -> list[EarlierOffer]:
    until = rules.until(now)
    if until is None or room <= 0:
        return []
    place = vacancy.offers.count()
    made = []
    for one in islice(suited(records, vacancy, slot, now, until), room):
        place += 1
        made.append(_made(vacancy, one, place, now, until))
    EarlierOffer.objects.bulk_create(made)
    for offer in made:
        _tell(records, offer, now)
    return made


def _made(
    vacancy: Vacancy, one: Suited, place: int, now: datetime, until: datetime
) -> EarlierOffer:
    wish = one.wish
    return EarlierOffer(
        vacancy=vacancy,
        slot=vacancy.slot,
        service=vacancy.service,
        booking=wish.booking,
        patient=wish.patient,
        place=place,
        made_at=now,
        expires_at=until,
        waited_days=max(0, (now - wish.waiting_since).days),
        age_band=one.known.age_band,
        language=one.known.language,
        deprivation=one.known.deprivation,
    )


def _tell(records: Repository, offer: EarlierOffer, now: datetime) -> None:
    wanted = Criteria("Appointment", [offer.patient], ids=[str(offer.booking)], count=1)
    for stored in records.search(wanted)[0]:
        if stands := standing_of(stored):
            notices.offer_earlier(stands, str(offer.key), now)


def _settle(offers: Iterable[EarlierOffer], vacancy: Vacancy, now: datetime) -> set[str]:
    """End the offers of a time that is taken: one of them may have taken it."""
    for one in offers:
        is_theirs = _took(one, vacancy)
        _end([one], State.ACCEPTED if is_theirs else State.GONE, now)
        if is_theirs:
            EarlierWish.objects.filter(booking=one.booking).update(ended_at=now)
    return {one.patient for one in offers}


def _took(offer: EarlierOffer, vacancy: Vacancy) -> bool:
    return Claim.objects.filter(
        request=f"offer-{offer.key}", slot=vacancy.slot, booked_at__isnull=False
    ).exists()


def _end(offers: Iterable[EarlierOffer], state: EarlierOffer.State, now: datetime) -> None:
    for one in offers:
        still = EarlierOffer.objects.filter(key=one.key, state=State.OPEN)
        still.update(state=state, settled_at=now)
        notices.withdraw(str(one.key))


def _close(vacancy: Vacancy, now: datetime) -> None:
    Vacancy.objects.filter(pk=vacancy.pk).update(closed_at=now)


def _key(said: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(said)
    except ValueError:
        return None

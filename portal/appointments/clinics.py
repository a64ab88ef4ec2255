"""Clinics change: whom it would hit is told first, and then all of it happens at once.

A booking that no longer fits is kept and flagged, or cancelled with its reason; either way its
patient's pages follow the change of its Appointment, as notices can.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet

from fhir.access import READING, SYSTEM, WRITING, Grant, Viewer
from fhir.labels import HIDING
from fhir.paths import Json
from fhir.store import Criteria, Draft, Repository
from portal.appointments import claims, resources
from portal.appointments.fitting import AHEAD, TAKEN_OVER, Fitting, fit
from portal.appointments.models import Claim, Clinic, ClinicSlot
from portal.appointments.rules import STANDING, State
from portal.appointments.seats import adopt, ends_said
from portal.identity import people, sessions

BATCH: Final = 200
_WORDS: Final = "The clinic has had to cancel this appointment"
_REACHED_BY: Final = frozenset({"phone", "sms", "email"})


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody whose booking a change hits; who has a login is told by notices."""

    patient: str
    name: str
    appointment: str
    starts_at: datetime
    has_contact: bool
    has_login: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """What a change does to times and bookings: the same before it and after."""

    days: Sequence[date]
    times_made: int
    times_altered: int
    times_withdrawn: int
    free_withdrawn: int
    bookings_kept: int
    bookings_adopted: int
    told: Sequence[Told]

    @property
    def people(self) -> int:
        return len({one.patient for one in self.told})

    @property
    def without_contact(self) -> list[Told]:
        return [one for one in self.not_reached if not one.has_contact]

    @property
    def not_reached(self) -> list[Told]:
        """Those whom no notice reaches: somebody must ring them or write to them."""
        return [one for one in self.told if not one.has_login]


@dataclass(frozen=True, slots=True)
class Agreed:
    """What somebody says who has seen a preview: its stamp, and why, for those who are cancelled.

    Without a stamp nothing was seen before, and nothing is asked for.
    """

    stamp: str = ""
    words: str = ""


class LookAgain(Exception):
    """Something has happened since the preview that was agreed to; nothing has changed."""


def stamp(before: Clinic | None, preview: Preview) -> str:
    """Return what stands for a preview, and for the clinic that it was made of."""
    fields = [field.attname for field in Clinic._meta.concrete_fields]  # noqa: SLF001 (Django's own word for it)
    clinic = [str(getattr(before, name)) for name in fields] if before else []
    hit = [one.appointment for one in preview.told]
    numbers = [preview.times_made, preview.times_altered, preview.times_withdrawn]
    said = repr([clinic, hit, numbers, preview.free_withdrawn, preview.bookings_adopted])
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def preview_change(changed: Clinic, now: datetime, by: Viewer) -> Preview:
    """Return what would become of times and bookings; `changed` is the clinic as it would be."""
    with claims.opened():
        rows = list(ClinicSlot.objects.filter(clinic=changed.key, starts_at__gt=now))
        live = claims.live_in([row.slot for row in rows])
        fitting = fit(changed, rows, live, ends_said(live), now)
    return _preview(fitting, by)


def change(
    changed: Clinic, now: datetime, by: Viewer, *, keep: bool = True, agreed: Agreed | None = None
) -> Preview:
    """Save a clinic, new or edited, and bring its times and bookings into line, all or nothing.

    What no longer fits stays booked and flagged, or else is cancelled: `told` says whom to tell.

    :raises LookAgain: it is not what was agreed to any more.
    :raises Conflict: a hospital system changed one of the bookings at the same moment.
    """
    said = agreed or Agreed()
    with transaction.atomic():
        before = Clinic.objects.select_for_update().filter(key=changed.key).first()
        changed.save()
        preview = _brought_into_line(changed, now, by, keep=keep, words=said.words)
        if said.stamp and said.stamp != stamp(before, preview):
            raise LookAgain
    return preview


def look_ahead(clinic: Clinic, now: datetime) -> Preview:
    """Make the slots that have come within twelve weeks; what is there already stays as it is.

    A day that has become a bank holiday meanwhile loses its times; their bookings are orphans.
    """
    with transaction.atomic():
        current = Clinic.objects.select_for_update().get(key=clinic.key)
        return _brought_into_line(current, now, SYSTEM, keep=True)


def orphans(clinic: Clinic) -> list[Claim]:
    """Return the bookings that are kept though the clinic has no room for them, by time."""
    with claims.opened():
        rows = ClinicSlot.objects.filter(clinic=clinic.key).values("slot")
        kept = Claim.objects.filter(slot__in=rows, state=State.BOOKED, orphaned_at__isnull=False)
        return list(kept.order_by("starts_at", "unit"))


def cancel_orphans(clinic: Clinic, now: datetime, by: Viewer, agreed: Agreed) -> list[Told]:
    """Cancel the bookings to come that were kept outside their sessions; return whom to tell.

    :raises LookAgain: they are not those that were agreed to any more.
    :raises Conflict: a hospital system changed one of them at the same moment.
    """
    with transaction.atomic():
        Clinic.objects.select_for_update().get(key=clinic.key)
        with claims.opened():
            to_come = ClinicSlot.objects.filter(clinic=clinic.key, starts_at__gt=now)
            slots = list(to_come.select_for_update(no_key=True).order_by("slot"))
            live = claims.live_in([row.slot for row in slots])
            kept = [one for one in live if one.orphaned_at and one.state == State.BOOKED]
            claims.end([one.key for one in kept], State.CANCELLED)
            turned = claims.mark_full(list(adopt({row.slot: row for row in slots}).values()))
        if agreed.stamp != stamp_of(kept):
            raise LookAgain
        told = _told(kept, by)
        if turned:
            _write(resources.slots(turned, clinic))
        if told:
            _cancel(told, by, agreed.words or _WORDS)
    return told


def stamp_of(bookings: Sequence[Claim]) -> str:
    """Return what stands for these bookings."""
    said = ",".join(sorted(str(one.key) for one in bookings))
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def _brought_into_line(
    clinic: Clinic, now: datetime, by: Viewer, *, keep: bool, words: str = ""
) -> Preview:
    with claims.opened():
        to_come = ClinicSlot.objects.filter(clinic=clinic.key, starts_at__gt=now)
        rows = list(to_come.select_for_update(no_key=True).order_by("slot"))
        live = claims.live_in([row.slot for row in rows])
        fitting = fit(clinic, rows, live, ends_said(live), now)
        touched = _save(clinic, fitting, rows, keep=keep)
    preview = _preview(fitting, by)
    if touched:
        _write([_schedule(clinic, now), *resources.slots(touched, clinic)])
    if not keep and preview.told:
        _cancel(preview.told, by, words or _WORDS)
    return preview


def _save(
    clinic: Clinic, fitting: Fitting, rows: Sequence[ClinicSlot], *, keep: bool
) -> list[ClinicSlot]:
    """Write slots and claims as they fit, and return the slots that the record has otherwise."""
    ClinicSlot.objects.bulk_create(fitting.made, BATCH)
    values = {name: getattr(clinic, name) for name in TAKEN_OVER}
    _slots(fitting.altered).update(**values, is_open=True)
    _slots(fitting.withdrawn).update(is_open=False)
    claims.give_up(fitting.given_up)
    claims.seat([(one.claim.key, one.unit, one.fits) for one in fitting.changed])
    if not keep:
        claims.end([one.claim.key for one in fitting.orphaned], State.CANCELLED)
    taken = [row for one in fitting.places for row in one.slots]
    after = {row.slot: row for row in (*rows, *fitting.altered, *fitting.withdrawn, *taken)}
    turned = claims.mark_full(list(adopt(after).values()))
    touched = (*fitting.made, *fitting.altered, *fitting.withdrawn, *turned)
    return list({row.slot: row for row in touched}.values())


def _slots(rows: Sequence[ClinicSlot]) -> QuerySet[ClinicSlot]:
    return ClinicSlot.objects.filter(slot__in=[row.slot for row in rows])


def _write(shared: Sequence[Json]) -> None:
    """Write what belongs to no patient, as the service."""
    records = Repository(SYSTEM)
    for first in range(0, len(shared), BATCH):
        records.write([resources.draft(one) for one in shared[first : first + BATCH]])


def _schedule(clinic: Clinic, now: datetime) -> Json:
    zone = ZoneInfo(clinic.zone)
    last = now.astimezone(zone).date() + AHEAD + timedelta(days=1)
    edges = (datetime.combine(day, time(), zone) for day in (clinic.first_day, last))
    return resources.schedule(clinic, *edges)


def _cancel(told: Sequence[Told], by: Viewer, words: str) -> None:
    """Cancel Appointments in the name of whoever changed the clinic."""
    records = Repository(_as_staff(by, {one.patient for one in told}))
    wanted = Criteria("Appointment", ids=[one.appointment for one in told], count=len(told))
    with records.transaction():
        found = [one for one in records.search(wanted)[0] if one.json.get("status") in STANDING]
        drafts: list[Draft] = [
            resources.draft(
                resources.cancelled(one.json, resources.BY_CLINIC, words), one.patient, one.version
            )
            for one in found
        ]
        for first in range(0, len(drafts), BATCH):
            records.write(drafts[first : first + BATCH])


def _preview(fitting: Fitting, by: Viewer) -> Preview:
    booked = {row.slot for one in fitting.places for row in one.slots}
    return Preview(
        days=sorted(fitting.sessions),
        times_made=len(fitting.made),
        times_altered=len(fitting.altered),
        times_withdrawn=len(fitting.withdrawn),
        free_withdrawn=sum(row.slot not in booked for row in fitting.withdrawn),
        bookings_kept=sum(one.fits for one in fitting.places),
        bookings_adopted=len(fitting.adopted),
        told=_told([one.claim for one in fitting.orphaned], by),
    )


def _told(hit: Sequence[Claim], by: Viewer) -> list[Told]:
    bookings = sorted(hit, key=lambda one: (one.starts_at, one.unit))
    patients = {one.patient for one in bookings}
    if not patients:
        return []
    records = Repository(_as_staff(by, patients))
    wanted = Criteria("Patient", ids=sorted(patients), count=len(patients))
    known = {one.id: one.json for one in records.search(wanted)[0]}
    with_login = sessions.with_login(patients)
    return [_tell(one, known.get(one.patient), one.patient in with_login) for one in bookings]


def _tell(booking: Claim, patient: Json | None, has_login: bool) -> Told:  # noqa: FBT001 (of whom)
    name = people.name_of(patient) if patient else ""
    reached = _has_contact(patient) if patient else False
    return Told(booking.patient, name, str(booking.key), booking.starts_at, reached, has_login)


def _has_contact(patient: Json) -> bool:
    points = patient.get("telecom", ())
    return any(
        one.get("value") and one.get("system") in _REACHED_BY and one.get("use") != "old"
        for one in points
    )


def _as_staff(by: Viewer, patients: set[str]) -> Viewer:
    """Return whoever changes a clinic with leave for its patients' bookings, and how to reach them.

    Running a clinic is no right to records: nothing else of theirs is lent. Who is closed to them
    is cancelled like everybody else, and not named.
    """
    if by is SYSTEM:
        return by
    whose = frozenset(patients)
    lent = (
        Grant(whose, frozenset({"Appointment"}), READING | WRITING, int(HIDING)),
        Grant(whose - by.barred, frozenset({"Patient"}), READING),
    )
    return replace(by, grants=lent, barred=frozenset())

"""What booking keeps beside the record: clinics, an index of their slots, and claims on them.

The FHIR resources are the record and the claim is the lock (decisions 10): an Appointment and its
Slot are written in the transaction that writes the claim. A claim's key is its Appointment's id.
"""

import uuid
from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Concat

from portal.appointments.rules import LIVE, State


class Clinic(models.Model):
    """A template of availability, in the clinic's own local time; its key is its Schedule's id."""

    class Stage(models.TextChoices):
        DRAFT = "draft"
        PUBLISHED = "published"
        CLOSED = "closed"

    key = models.UUIDField(primary_key=True, default=uuid.uuid4)
    stage = models.TextField(choices=Stage, default=Stage.DRAFT)
    name = models.TextField()
    # Ids of shared resources, and their names as references display them.
    service = models.TextField()
    service_name = models.TextField()
    clinician = models.TextField()
    clinician_name = models.TextField()
    location = models.TextField()
    location_name = models.TextField()
    weekdays = ArrayField(models.SmallIntegerField(), help_text="Monday is 1")
    opens = models.TimeField()
    closes = models.TimeField()
    minutes = models.PositiveSmallIntegerField()
    capacity = models.PositiveSmallIntegerField(default=1)
    modes = ArrayField(models.TextField())
    languages = ArrayField(models.TextField(), default=list, help_text="That can be interpreted")
    first_day = models.DateField()
    last_day = models.DateField(null=True)
    zone = models.TextField(default="Europe/London")
    nation = models.TextField(default="ENG", help_text="Whose bank holidays are kept, or none")
    exceptions = ArrayField(models.DateField(), default=list, help_text="Days without a session")
    hours = ArrayField(
        models.TextField(),
        default=list,
        help_text="Days with hours of their own, like 2026-04-14 09:00 11:00",
    )
    instruction = models.TextField(default="", help_text="What patients are told to bring or do")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(closes__gt=F("opens")), name="clinic_closes_later"),
            models.CheckConstraint(
                condition=Q(minutes__gte=5, capacity__gte=1), name="clinic_has_room"
            ),
        ]


class BookingTerms(models.Model):
    """What holds for all bookings of one HealthcareService; without a row the usual terms do."""

    service = models.TextField(primary_key=True)
    cut_off_hours = models.PositiveSmallIntegerField(default=24)
    phone = models.TextField(default="")


class ClinicSlot(models.Model):
    """The index and the lock of one Slot; what it takes of its clinic is what searches ask for."""

    slot = models.TextField(primary_key=True)
    clinic = models.ForeignKey(
        Clinic, on_delete=models.PROTECT, related_name="slots", db_index=False
    )
    service = models.TextField()
    location = models.TextField()
    clinician = models.TextField()
    modes = ArrayField(models.TextField())
    languages = ArrayField(models.TextField())
    local_date = models.DateField()
    idx = models.PositiveSmallIntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    capacity = models.PositiveSmallIntegerField()
    is_open = models.BooleanField(default=True)
    # Every unit is booked; holds, which end by themselves, do not count.
    is_full = models.BooleanField(default=False)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["service", "starts_at", "slot"],
                condition=Q(is_open=True, is_full=False),
                name="slot_free",
            ),
            models.Index(fields=["clinic", "starts_at"], name="slot_of_clinic"),
        ]


class During(Func):
    function = "tstzrange"
    output_field = DateTimeRangeField()


_LIVE = Q(state__in=sorted(LIVE))
_DURING = During("starts_at", "ends_at")
# Written so that nothing looks a slot up by this index, which finds clinicians.
_OTHER_SLOT = Concat("slot", Value(""))
# A hold by which somebody moves stands beside what it replaces until both change at once.
_IN_PLACE = _LIVE & Q(replaces=None)


class Claim(models.Model):
    """One person's hold or booking of one unit of a slot; the constraints are the lock.

    To be touched through `portal.appointments.claims` alone: who takes a slot must see whoever
    else does, and so its statements are the service's own.
    """

    key = models.UUIDField(primary_key=True, default=uuid.uuid4)
    request = models.TextField(unique=True, help_text="The same asking again gets the same answer")
    patient = models.TextField()
    ticket = models.TextField()
    slot = models.TextField()
    unit = models.PositiveSmallIntegerField()
    service = models.TextField()
    location = models.TextField()
    clinician = models.TextField()
    mode = models.TextField()
    local_date = models.DateField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    state = models.TextField(choices=[(one.value, one.name) for one in State])
    hold_until = models.DateTimeField(null=True)
    is_extended = models.BooleanField(default=False)
    replaces = models.UUIDField(null=True, help_text="The booking that this hold would move")
    moved_to = models.UUIDField(null=True)
    # What calendars know a booking by, wherever it moves, and how often it has changed.
    series = models.UUIDField()
    sequence = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField()
    booked_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    orphaned_at = models.DateTimeField(null=True, help_text="Since when its clinic has no room")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["slot", "unit"], condition=_LIVE, name="claim_of_unit"),
            models.UniqueConstraint(
                fields=["ticket"], condition=_IN_PLACE, name="claim_once_for_a_ticket"
            ),
            models.UniqueConstraint(
                fields=["patient", "service"],
                condition=Q(state=State.HELD),
                name="claim_one_hold",
            ),
            ExclusionConstraint(
                name="claim_clinician_once",
                expressions=[("clinician", "="), (_OTHER_SLOT, "<>"), (_DURING, "&&")],
                condition=_LIVE,
            ),
            ExclusionConstraint(
                name="claim_patient_once",
                expressions=[("patient", "="), (_DURING, "&&")],
                condition=_IN_PLACE,
            ),
            models.CheckConstraint(
                condition=Q(state=State.HELD, hold_until__isnull=False)
                | ~Q(state=State.HELD) & Q(hold_until=None),
                name="claim_held_until",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["hold_until"], condition=Q(state=State.HELD), name="claim_held_by_time"
            ),
            models.Index(fields=["patient", "starts_at"], name="claim_of_patient"),
            # Behind the wall no operator on ranges reaches an index.
            models.Index(
                fields=["clinician", "local_date"], condition=_LIVE, name="claim_of_clinician"
            ),
        ]

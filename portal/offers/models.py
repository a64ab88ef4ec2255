"""Who would come sooner, which times have come free, and to whom each was offered.

Wishes and offers are to be read inside a `Repository.transaction` alone, like claims.
"""

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class EarlierWish(models.Model):
    """A patient would take an earlier time than that of this booking; it ends with the booking."""

    booking = models.UUIDField(primary_key=True)
    patient = models.TextField()
    service = models.TextField()
    days_notice = models.PositiveSmallIntegerField()
    weekdays = ArrayField(models.SmallIntegerField(), help_text="Monday is 1")
    locations = ArrayField(models.TextField(), default=list, help_text="None means any")
    priority = models.PositiveSmallIntegerField(help_text="The lowest goes first")
    waiting_since = models.DateTimeField()
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["service", "priority", "waiting_since"],
                condition=Q(ended_at=None),
                name="earlier_wish_in_order",
            )
        ]


class Vacancy(models.Model):
    """A slot in which somebody's booking has ended; open while there may be people to offer it."""

    slot = models.TextField()
    service = models.TextField()
    starts_at = models.DateTimeField()
    freed_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["slot"], condition=Q(closed_at=None), name="vacancy_open_once"
            )
        ]


class EarlierOffer(models.Model):
    """One vacancy offered to one patient; the row stays, with what a review of fairness asks."""

    class State(models.TextChoices):
        """Of GONE somebody else was first, or the time was taken back."""

        OPEN = "open"
        ACCEPTED = "accepted"
        DECLINED = "declined"
        EXPIRED = "expired"
        GONE = "gone"

    key = models.UUIDField(primary_key=True, default=uuid.uuid4)
    vacancy = models.ForeignKey(Vacancy, on_delete=models.PROTECT, related_name="offers")
    slot = models.TextField()
    service = models.TextField()
    booking = models.UUIDField(help_text="Which the patient has, and would give up")
    patient = models.TextField()
    place = models.PositiveSmallIntegerField(help_text="The how manieth it was offered to")
    state = models.TextField(choices=State, default=State.OPEN)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    # What is known of the person when it is offered; empty is what the record does not say.
    waited_days = models.PositiveIntegerField()
    age_band = models.TextField(default="")
    language = models.TextField(default="")
    deprivation = models.TextField(default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["vacancy", "booking"], name="earlier_offer_once"),
            models.UniqueConstraint(
                fields=["vacancy"], condition=Q(state="accepted"), name="earlier_offer_first_wins"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["expires_at"], condition=Q(state="open"), name="earlier_offer_by_time"
            ),
            models.Index(fields=["patient", "made_at"], name="earlier_offer_of_patient"),
        ]

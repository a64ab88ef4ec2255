"""What people are to be told of visits and of asking for them, bound to how these stand.

Nothing in it is clinical.

To be read inside a `Repository.transaction` alone: policies show the rows of its viewer's patients.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q


class Told(models.Model):
    """How an Appointment stood when its patient was last told, or needed no telling."""

    appointment = models.TextField(primary_key=True)
    patient = models.TextField()
    version = models.IntegerField()
    starts_at = models.DateTimeField(null=True)
    is_booked = models.BooleanField()


class Notice(models.Model):
    """One thing to be said on one channel; it dies with the version of what it is of.

    A row is sent under its own lock, and stays to say when.
    """

    class State(models.TextChoices):
        """DROPPED is what was not true any more when its time came; FAILED was tried until then."""

        WAITING = "waiting"
        SENT = "sent"
        DROPPED = "dropped"
        FAILED = "failed"

    patient = models.TextField()
    subject = models.TextField(help_text="The id of an Appointment, or of a ServiceRequest")
    version = models.IntegerField()
    starts_at = models.DateTimeField(null=True, help_text="When the visit is, or a plan ends")
    kind = models.TextField()
    about = models.TextField(default="", help_text="What else it is of, such as an offer")
    channel = models.TextField()
    sharing = models.BigIntegerField(
        default=0, help_text="By which a helper is told; 0 is its patient"
    )
    state = models.TextField(choices=State, default=State.WAITING)
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    settled_at = models.DateTimeField(null=True)
    why = models.TextField(default="", help_text="Why it was dropped, or what failed, by name")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subject", "version", "kind", "about", "channel", "sharing"],
                name="notice_once",
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"], condition=Q(state="waiting"), name="notice_waiting_by_time"
            ),
        ]


class NoticeChoice(models.Model):
    """What somebody wants to be sent; without a row, all of it. Essential notices always are."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    reminders_by_email = models.BooleanField(default=True)

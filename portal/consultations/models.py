"""What a consultation keeps beside the record: who waits, who was let in, what is passed on.

The Appointment and the Encounter are the record; nothing here is clinical.
"""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from portal.consultations.rules import Outcome, Role


class Consultation(models.Model):
    """What becomes of one booking on its day; its key is the Appointment's id."""

    key = models.UUIDField(primary_key=True)
    patient = models.TextField()
    clinician = models.TextField()
    starts_at = models.DateTimeField()
    local_date = models.DateField()
    # Of the device check; empty is what was not looked at.
    camera = models.TextField(default="")
    microphone = models.TextField(default="")
    network = models.TextField(default="")
    checked_at = models.DateTimeField(null=True)
    call_asked_at = models.DateTimeField(null=True, help_text="Wants to be rung instead")
    note = models.TextField(default="", help_text="What the clinic last said to whoever waits")
    noted_at = models.DateTimeField(null=True)
    admitted_at = models.DateTimeField(null=True)
    encounter = models.TextField(default="")
    ended_at = models.DateTimeField(null=True)
    outcome = models.TextField(default="", choices=[(one.value, one.name) for one in Outcome])
    ticket = models.TextField(default="", help_text="By which the patient books what comes next")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["clinician", "local_date"], name="consultation_of_clinician")
        ]


class Party(models.Model):
    """Somebody who comes to a consultation, under their own sign-in; whom they come as."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4)
    consultation = models.UUIDField()
    patient = models.TextField()
    role = models.TextField(choices=[(one.value, one.name) for one in Role])
    who = models.TextField(help_text="As a viewer is named")
    name = models.TextField()
    waiting_since = models.DateTimeField(null=True, help_text="Kept when they come back")
    left_at = models.DateTimeField(null=True)
    admitted_at = models.DateTimeField(null=True)
    issued = models.PositiveSmallIntegerField(default=0, help_text="How many tokens there were")
    token_digest = models.TextField(default="")
    token_until = models.DateTimeField(null=True)
    token_used_at = models.DateTimeField(null=True)
    session = models.TextField(default="", help_text="Which alone may go in and out")
    # The socket that stands for them now, and which loading of the page is behind it.
    socket = models.TextField(default="")
    page = models.TextField(default="")
    present_at = models.DateTimeField(null=True, help_text="By the real clock, not the service's")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["consultation", "who"], name="party_once"),
            models.UniqueConstraint(
                fields=["token_digest"], condition=~Q(token_digest=""), name="party_token"
            ),
        ]


class Guest(models.Model):
    """An interpreter, who has no sign-in: a link that opens once lets them come."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4)
    consultation = models.UUIDField()
    patient = models.TextField()
    digest = models.TextField(unique=True, help_text="Of the link's code")
    clinician_name = models.TextField(help_text="Whom they are told that they come to")
    made_by = models.TextField(help_text="As a viewer is named")
    made_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    name = models.TextField(default="", help_text="As they gave it")
    browser = models.TextField(default="", help_text="Digest of what the one that opened it keeps")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["consultation"], name="guest_of_consultation")]


class Signal(models.Model):
    """What one browser says to another to find a way to it; deleted as it is passed on."""

    patient = models.TextField()
    to = models.UUIDField(db_index=True)
    page = models.TextField()
    sender = models.UUIDField()
    body = models.TextField()

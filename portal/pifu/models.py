"""What is kept of patient-initiated follow-up beside the record: who is to act, and by when.

The record has it all, in words, as ServiceRequests (`portal.pifu.resources`); nothing here is
clinical. To be read inside a `Repository.transaction` alone: policies show its viewer's patients.
"""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from portal.pifu.rules import OPEN, State

_OPEN = Q(state__in=sorted(OPEN))


class FollowUpPlan(models.Model):
    """How the ServiceRequest stands that is a plan; `key` is its id."""

    key = models.TextField(primary_key=True)
    patient = models.TextField()
    version = models.IntegerField()
    service = models.TextField()
    clinician = models.TextField()
    first_day = models.DateField()
    last_day = models.DateField()
    is_used = models.BooleanField(default=False, help_text="Whether its patient has ever asked")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["patient", "last_day"], name="plan_of_patient"),
            models.Index(fields=["last_day"], condition=Q(ended_at=None), name="plan_by_end"),
            models.Index(
                fields=["clinician", "ended_at"], condition=Q(is_used=False), name="plan_unused"
            ),
        ]


class Ask(models.Model):
    """That a patient has asked to be seen; `key` is the id of the ServiceRequest that says why."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4)
    form_id = models.UUIDField(help_text="Which showing of the form it came from")
    plan = models.TextField()
    patient = models.TextField()
    service = models.TextField()
    clinician = models.TextField()
    is_flagged = models.BooleanField(help_text="Whether a warning sign was ticked")
    state = models.TextField(
        choices=[(one.value, one.name) for one in State], default=State.SENT.value
    )
    sent_at = models.DateTimeField()
    due_at = models.DateTimeField(help_text="By when somebody is to look, or to have rung")
    decided_at = models.DateTimeField(null=True)
    ticket = models.TextField(default="", help_text="By which the patient books")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["patient", "form_id"], name="ask_once_for_a_form"),
            models.UniqueConstraint(fields=["plan"], condition=_OPEN, name="ask_open_once"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["service", "sent_at"], condition=_OPEN, name="ask_open_of_service"
            ),
            models.Index(
                fields=["clinician", "sent_at"], condition=_OPEN, name="ask_open_of_clinician"
            ),
            models.Index(fields=["patient", "sent_at"], name="ask_of_patient"),
        ]

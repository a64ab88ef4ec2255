"""What patients ask the privacy team about who looked at their records, and what they are told."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from portal.privacy.rules import LONGEST_ANSWER, LONGEST_QUESTION


class Question(models.Model):
    """One question about one line of the log: `who` looked, and the last time was `looked_at`."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4)
    patient = models.TextField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    who = models.TextField(help_text="As the audit names them")
    name = models.TextField(help_text="As the patient read it")
    role = models.TextField(blank=True)
    verb = models.TextField(help_text="Of what they did: with `who` and when, it names the line")
    did = models.TextField(help_text="What they did, without the name of any test")
    looked_at = models.DateTimeField()
    words = models.CharField(max_length=LONGEST_QUESTION, blank=True)
    asked_at = models.DateTimeField()
    due_on = models.DateField()
    answer = models.CharField(max_length=LONGEST_ANSWER, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["patient", "who", "verb", "looked_at"], name="question_once_for_a_line"
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None, answered_by=None)
                | (~Q(answer="") & Q(answered_at__isnull=False, answered_by__isnull=False)),
                name="question_answered_whole",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_on"], condition=Q(answered_at=None), name="question_open"),
        ]

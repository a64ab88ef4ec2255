"""Records opened in an emergency by somebody who does not treat the patient: who, why, how long."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from portal.emergency.rules import WORDS


class EmergencyAccess(models.Model):
    """One record, open to one clinician until an end that nothing puts off. Rows stay."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    who = models.TextField(help_text="As the audit names them")
    patient = models.TextField()
    why = models.CharField(
        max_length=10, choices=[(one.value, said) for one, said in WORDS.items()]
    )
    reason = models.CharField(max_length=300, help_text="In their words; the patient reads it")
    opened_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, help_text="Given back before its end")
    checked_at = models.DateTimeField(null=True, help_text="By whoever guards privacy")
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("opened_at")), name="emergency_ends"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["patient", "opened_at"], name="emergency_of_patient"),
            models.Index(fields=["user", "ends_at"], name="emergency_of_user"),
        ]

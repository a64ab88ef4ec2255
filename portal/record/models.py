"""What a person has seen of a record: operational, and nobody else's business."""

from typing import ClassVar

from django.conf import settings
from django.db import models


class SectionSeen(models.Model):
    """Up to which change of a record a user has seen all of a section."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    patient = models.TextField()
    section = models.TextField()
    epoch = models.TextField()
    seq = models.BigIntegerField()
    seen_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "patient", "section"], name="section_seen_once")
        ]


class Opened(models.Model):
    """One item that a user has opened since, as of which change; forgotten once all is seen."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    patient = models.TextField()
    section = models.TextField()
    item = models.TextField()
    seq = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "patient", "section", "item"], name="opened_once"
            )
        ]

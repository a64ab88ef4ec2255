"""Secret addresses at which people's calendars read when they are expected."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q


class CalendarAddress(models.Model):
    """One person's address for the appointments of one patient; an ended one stays, and opens none.

    The secret part of the address is kept nowhere: only its digest stays.
    """

    key = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    patient = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True, help_text="When a calendar last asked")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "patient"],
                condition=Q(ended_at=None),
                name="calendar_address_once",
            ),
        ]

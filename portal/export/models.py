"""Copies of a record that somebody asked for, and links to parts of it.

Nothing here is clinical but how many items there were; a row outlives its file.
"""

import uuid
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class Export(models.Model):
    """A copy on its way, ready, or gone; `parts` says of each how far it is."""

    class State(models.TextChoices):
        """What has become of a copy; the file is there in READY alone."""

        WAITING = "waiting"
        WORKING = "working"
        READY = "ready"
        FAILED = "failed"
        STOPPED = "stopped"
        GONE = "gone"

    UNDER_WAY = (State.WAITING, State.WORKING)

    key = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    patient = models.CharField(max_length=64)
    chosen = ArrayField(models.TextField())
    since = models.DateTimeField(null=True)
    state = models.TextField(choices=State, default=State.WAITING)
    parts = models.JSONField(default=list)
    asked_at = models.DateTimeField()
    # Which run of the work holds it, when that was last heard of, and how many there have been.
    run = models.UUIDField(null=True)
    beat_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    # Where the record's log stood when reading began.
    head = models.BigIntegerField(default=0)
    file = models.TextField(blank=True)
    size = models.BigIntegerField(default=0)
    ready_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "patient"],
                condition=Q(state__in=["waiting", "working"]),
                name="export_one_at_a_time",
            ),
        ]

    @property
    def is_under_way(self) -> bool:
        return self.state in self.UNDER_WAY


class ShareLink(models.Model):
    """A link to parts of a record, for whoever has it and its passcode; an ended one stays."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    patient = models.CharField(max_length=64)
    label = models.CharField(max_length=60)
    chosen = ArrayField(models.TextField())
    # Neither the link's code nor the passcode is kept.
    digest = models.CharField(max_length=64, unique=True)
    passcode = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    locked_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    openings = models.PositiveIntegerField(default=0)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["patient"], name="share_link_of_patient")]

"""Who helps whom, operationally: invitations, their codes, and where their FHIR twins are.

Each row has a RelatedPerson and a Consent in the record that say the same in FHIR; both are
written in the transaction that writes the row.
"""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from portal.carers.rules import Basis, Reason, Stage, State


class Sharing(models.Model):
    """One patient's leave for one person to see parts of their record. An ended one stays."""

    patient = models.TextField()
    patient_name = models.TextField(help_text="For the banner; kept current by the daily task")
    carer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="helps"
    )
    name = models.CharField(max_length=200, help_text="As the patient typed it")
    email = models.EmailField()
    relationship = models.CharField(max_length=20)
    scopes = ArrayField(models.TextField(), default=list)
    basis = models.CharField(
        max_length=30, choices=[(one.value, one.name) for one in Basis], default=Basis.PATIENT
    )
    state = models.CharField(
        max_length=10, choices=[(one.value, one.name) for one in State], default=State.INVITED
    )
    reason = models.CharField(max_length=60, default=Reason.CREATED)
    ends_on = models.DateField(null=True, help_text="The last day on which they may look")
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    digest = models.CharField(max_length=64, unique=True, null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    accepted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    related_person = models.CharField(max_length=64)
    consent = models.CharField(max_length=64)
    evidence = models.CharField(
        max_length=30, blank=True, default="", help_text="What a parent showed at the desk"
    )
    # Of a child: the birthday that takes a parent's sight back, and what a professional decided.
    born = models.DateField(null=True)
    stage = models.CharField(max_length=10, blank=True, default=Stage.WHOLE)
    told = ArrayField(models.TextField(), default=list, help_text="Warnings that have been sent")
    decided_scopes = ArrayField(models.TextField(), null=True)
    decided_until = models.DateField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["patient", "carer"],
                condition=Q(state__in=[State.ACTIVE, State.SUSPENDED]),
                name="sharing_once",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["patient"], name="sharing_of_patient"),
        ]

    @property
    def who(self) -> str:
        """By what the audit names them."""
        return f"RelatedPerson/{self.related_person}"

    @property
    def called(self) -> str:
        """Their name: as proved when they signed in for the first time, until then as typed."""
        return self.carer.name if self.carer else self.name

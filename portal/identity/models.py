"""Sign-in accounts, and what ties them to records and sessions. Nothing here is clinical."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from portal import clock


class Role(models.TextChoices):
    """What a member of staff does here; a user without one is a member of the public."""

    NONE = "", "Not staff"
    CLINICIAN = "clinician", "Clinician"
    EDITOR = "editor", "Content editor"
    APPROVER = "approver", "Content approver"
    RECORDS = "records", "Records staff"
    BOOKING = "booking", "Booking staff"
    OPERATIONS = "operations", "Operations"
    ADMIN = "admin", "Administrator"


class Capacity(models.TextChoices):
    """As whom a request is made: one each, never two."""

    NONE = "", "Not chosen"
    PATIENT = "patient", "Patient"
    PROXY = "proxy", "Acting for someone"
    STAFF = "staff", "Staff"


class UserManager(BaseUserManager["User"]):
    """Makes users by email address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Make a user; without a password nobody can sign in until one is set."""
        fields.setdefault("joined_at", clock.now())
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, role=Role.ADMIN, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A sign-in account: of a patient, of a member of staff, or of one who is both."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200, help_text="As shown on pages and in the access log")
    role = models.CharField(max_length=12, choices=Role.choices, blank=True, default=Role.NONE)
    practitioners = ArrayField(
        models.CharField(max_length=64),
        blank=True,
        default=list,
        help_text="Logical ids of the Practitioner and PractitionerRole resources that they are",
    )
    sites = ArrayField(
        models.CharField(max_length=64),
        blank=True,
        default=list,
        help_text="Logical ids of the Locations whose clinics they run, for booking staff",
    )
    job_title = models.CharField(max_length=100, blank=True)
    organisation = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField()
    second_factor_failures = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True, blank=True)
    epoch = models.PositiveIntegerField(
        default=0, help_text="Moves on when open sessions must no longer be trusted"
    )

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_lower")
        ]

    @property
    def is_staff(self) -> bool:
        return bool(self.role)

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


class Link(models.Model):
    """One login stands for one patient. An ended link stays, as history."""

    class Method(models.TextChoices):
        ACTIVATION_CODE = "activation-code", "Activation code, handed over in person"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="links")
    patient = models.CharField(max_length=64)
    assurance = models.CharField(max_length=2, default="P9")
    method = models.CharField(max_length=20, choices=Method.choices)
    linked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(ended_at=None), name="link_user_once"
            ),
            models.UniqueConstraint(
                fields=["patient"], condition=Q(ended_at=None), name="link_patient_once"
            ),
        ]


class Tie(models.Model):
    """A record that a member of staff may not open as staff: their own, or a relation's."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="ties")
    patient = models.CharField(max_length=64)
    declared_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "patient"], name="tie_once")]


class ActivationCode(models.Model):
    """A one-time code, handed over in person, that links a login to a record."""

    class Evidence(models.TextChoices):
        PASSPORT = "passport", "Passport"
        DRIVING_LICENCE = "driving-licence", "Driving licence"
        RESIDENCE_PERMIT = "residence-permit", "Residence permit"
        OTHER_PHOTO = "other-photo", "Other photo ID from a public body"
        KNOWN = "known", "Known to the person who checked, for over 2 years"

    digest = models.CharField(max_length=64, unique=True)
    patient = models.CharField(max_length=64, db_index=True)
    evidence = models.CharField(max_length=20, choices=Evidence.choices)
    issued_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)
    used_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    locked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("issued_at")), name="activation_code_lasts"
            ),
            models.UniqueConstraint(
                fields=["patient"],
                condition=Q(used_at=None, cancelled_at=None, locked_at=None),
                name="activation_code_one_open",
            ),
        ]


class SessionLimit(models.Model):
    """When a session began and was last used by a person, as whom it is used, how it was proved.

    Apart from Django's own row, whose expiry moves whenever its data are saved. The session holds
    the key; without its row here a session is over.
    """

    key = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="session_limits")
    epoch = models.PositiveIntegerField(help_text="The user's, when the session began")
    started_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    second_factor_at = models.DateTimeField(null=True, blank=True)
    capacity = models.CharField(
        max_length=8, choices=Capacity.choices, blank=True, default=Capacity.NONE
    )
    person = models.CharField(max_length=64, blank=True, help_text="Patient key in view")
    from_nhs_app = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["person"], name="session_of_person")]

"""The record's tables. The store and its neighbours alone may import this module.

The patient key leads every hot table's primary key and no foreign keys run between hot tables, so
that they can be partitioned or spread by patient later. Row-level security stands on each of them
(migration 0003): a query without a viewer finds no row.
"""

from typing import ClassVar

from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models.functions import Now
from django.db.models.lookups import GreaterThan, IsNull


class Resource(models.Model):
    """The current version: the text as it came, with the facts that lists and rules need."""

    pk = models.CompositePrimaryKey("patient", "number")
    patient = models.TextField()
    number = models.BigIntegerField()
    resource_type = models.TextField()
    logical_id = models.TextField()
    version = models.IntegerField()
    # The highest number given out: a version that came late has one too.
    last_version = models.IntegerField()
    labels = models.IntegerField()
    # The newest version that the patient has been able to read; kept when it is withheld again.
    shown_version = models.IntegerField(null=True)
    # What became of a resource that had been shown: "", "corrected" or "removed" (decisions 23).
    retraction = models.TextField(default="")
    code = models.BigIntegerField(default=0)
    status = models.TextField(default="")
    at = models.DateTimeField(null=True)
    at_text = models.TextField(default="")
    updated_at = models.DateTimeField()
    # When the sender said it; an older saying never overwrites a newer one.
    stated_at = models.DateTimeField(null=True)
    source = models.TextField(default="")
    digest = models.BinaryField()
    summary = models.TextField()
    text = models.TextField()
    # Of a long resource: what lists read of it (fhir.light).
    light = models.TextField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["resource_type", "logical_id"], name="resource_address")
        ]
        indexes: ClassVar = [
            models.Index(
                "patient",
                "resource_type",
                "code",
                models.F("at").desc(nulls_last=True),
                models.F("number").desc(),
                name="resource_by_code",
            ),
            models.Index(
                "patient",
                "resource_type",
                models.F("at").desc(nulls_last=True),
                models.F("number").desc(),
                name="resource_by_date",
            ),
            models.Index(
                "patient",
                "resource_type",
                condition=~models.Q(retraction=""),
                name="resource_retracted",
            ),
            # Those hidden by a label that we do not know (fhir.labels): hoped to be none.
            models.Index(
                fields=["updated_at"],
                condition=models.Q(GreaterThan(models.F("labels").bitand(8), 0)),
                name="resource_unknown_label",
            ),
        ]


class Version(models.Model):
    """Every version there ever was, with the labels it bore when it was last current."""

    pk = models.CompositePrimaryKey("patient", "number", "version")
    patient = models.TextField()
    number = models.BigIntegerField()
    version = models.IntegerField()
    resource_type = models.TextField()
    logical_id = models.TextField()
    labels = models.IntegerField()
    author = models.TextField()
    updated_at = models.DateTimeField()
    # A version that arrived after a newer one: kept, never shown as current.
    late = models.BooleanField(default=False)
    summary = models.TextField()
    text = models.TextField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["resource_type", "logical_id", "version"], name="version_address")
        ]


class Token(models.Model):
    """Index of coded values: a hash of system and code, of the code alone, of the system alone."""

    pk = models.CompositePrimaryKey("patient", "number", "name", "hash")
    patient = models.TextField()
    number = models.BigIntegerField()
    resource_type = models.TextField()
    name = models.TextField()
    hash = models.BigIntegerField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["name", "hash", "resource_type"], name="token_by_value")
        ]


class Date(models.Model):
    """Index of dates as half-open spans in UTC; `low` inclusive, `high` exclusive."""

    pk = models.CompositePrimaryKey("patient", "number", "name", "low", "high")
    patient = models.TextField()
    number = models.BigIntegerField()
    resource_type = models.TextField()
    name = models.TextField()
    low = models.DateTimeField()
    high = models.DateTimeField()


class Text(models.Model):
    """Index of names and the like, folded in case and accent."""

    pk = models.CompositePrimaryKey("patient", "number", "name", "value")
    patient = models.TextField()
    number = models.BigIntegerField()
    resource_type = models.TextField()
    name = models.TextField()
    value = models.TextField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["name", "value"], name="text_by_value")]


class Words(models.Model):
    """Index of what a patient's resource says; read by its patient's key alone, never across."""

    pk = models.CompositePrimaryKey("patient", "number")
    patient = models.TextField()
    number = models.BigIntegerField()
    resource_type = models.TextField()
    words = SearchVectorField()


class Reference(models.Model):
    """Index of references: `target` is "Type/id"."""

    pk = models.CompositePrimaryKey("patient", "number", "name", "target")
    patient = models.TextField()
    number = models.BigIntegerField()
    resource_type = models.TextField()
    name = models.TextField()
    target = models.TextField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["target", "name"], name="reference_by_target")]


class Origin(models.Model):
    """Under which name a feed knows a resource: its identifier, full URL or own id, as a digest."""

    pk = models.CompositePrimaryKey("key", "resource_type")
    key = models.UUIDField()
    resource_type = models.TextField()
    logical_id = models.TextField()
    patient = models.TextField()


class Submission(models.Model):
    """A bundle that a feed sent, and our answer: the same bytes get the same answer again."""

    pk = models.CompositePrimaryKey("feed", "digest")
    feed = models.TextField()
    digest = models.BinaryField()
    received_at = models.DateTimeField()
    answer = models.TextField()


class Stream(models.Model):
    """A patient's log: its newest number, and an epoch that changes when numbers start afresh."""

    patient = models.TextField(primary_key=True)
    seq = models.BigIntegerField(default=0)
    epoch = models.TextField()
    # Set while a change of identity waits for a person: no login may open it (decisions 30).
    held_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["held_at"],
                condition=models.Q(held_at__isnull=False),
                name="stream_held",
            )
        ]


class Change(models.Model):
    """A resource was made, changed, released or removed; says which, never what."""

    pk = models.CompositePrimaryKey("patient", "seq", "n")
    patient = models.TextField()
    seq = models.BigIntegerField()
    n = models.IntegerField()
    at = models.DateTimeField()
    kind = models.TextField()
    resource_type = models.TextField()
    logical_id = models.TextField()
    version = models.IntegerField()
    # The bits that stood before and after: who could see either is told.
    labels = models.IntegerField()
    # Loaded as history: nobody is told, nothing is pushed.
    backload = models.BooleanField(default=False)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                "patient",
                models.F("seq").desc(),
                condition=models.Q(backload=False),
                name="change_told",
            )
        ]


class Delivery(models.Model):
    """A change still owed to one subscriber of the relay; the row goes when it has been told."""

    id = models.BigAutoField(primary_key=True)
    patient = models.TextField()
    seq = models.BigIntegerField()
    subscriber = models.TextField()
    attempts = models.IntegerField(default=0)
    due_at = models.DateTimeField()
    error = models.TextField(default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["patient", "seq", "subscriber"], name="delivery_once")
        ]
        indexes: ClassVar = [models.Index(fields=["due_at", "id"], name="delivery_due")]


class AuditEntry(models.Model):
    """One call to the store: who, what, on whose behalf, with what outcome. Never changed."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    kind = models.TextField()
    who = models.TextField()
    name = models.TextField()
    role = models.TextField()
    organisation = models.TextField()
    on_behalf_of = models.TextField()
    interaction = models.TextField()
    outcome = models.TextField()
    patient = models.TextField()
    resource_type = models.TextField()
    ids = models.JSONField()
    request = models.TextField()

    class Meta:
        indexes: ClassVar = [
            models.Index("patient", models.F("id").desc(), name="audit_of_patient"),
            models.Index(fields=["at"], condition=models.Q(outcome="barred"), name="audit_barred"),
            models.Index(
                fields=["at"], condition=models.Q(outcome="unreadable"), name="audit_unreadable"
            ),
        ]


class AuditLink(models.Model):
    """One link of the chain over audit entries, in the order the relay found them."""

    seq = models.BigIntegerField(primary_key=True)
    entry = models.BigIntegerField(unique=True)
    linked_at = models.DateTimeField()
    hash = models.BinaryField()


class Feed(models.Model):
    """A hospital system that may speak to us, over FHIR by token or over HL7 v2 by its names."""

    name = models.TextField(primary_key=True)
    ods = models.TextField()
    token_digest = models.BinaryField(null=True, unique=True)
    sender = models.TextField(null=True)
    processing = models.TextField(default="P")
    charset = models.TextField(default="")
    # Assigning authority or identifier type → system URI, as this feed writes PID-3.
    identifiers = models.JSONField(default=dict)
    ack = models.JSONField(default=dict)
    # How its messages are to be read, where it differs: see fhir.hl7.feeds.FeedSettings.
    reading = models.JSONField(default=dict)
    # Whom its client certificate must name, where the listener asks for one.
    certificate = models.TextField(default="")
    empty_means = models.TextField(default="keep")
    # Silence longer than this many minutes makes the feed stale on patients' pages.
    silence_minutes = models.IntegerField(default=24 * 60)
    phone = models.TextField(default="")
    created_at = models.DateTimeField(db_default=Now())
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            # One live feed to each sending application and facility.
            models.UniqueConstraint(
                fields=["sender"],
                condition=models.Q(IsNull(models.F("revoked_at"), True)),  # noqa: FBT003 (lookup's own signature)
                name="feed_sender",
            )
        ]


class InboundMessage(models.Model):
    """One HL7 v2 message as its bytes came: committed first, acknowledged after, then read."""

    class State(models.TextChoices):
        """Where a message stands; WAITING, RETRY and PARKED hold up later ones of its person."""

        WAITING = "waiting"
        RETRY = "retry"
        UNMATCHED = "unmatched"
        PARKED = "parked"
        REVIEW = "review"
        DONE = "done"
        NOT_MAPPED = "not mapped"
        SET_ASIDE = "set aside"

    id = models.BigAutoField(primary_key=True)
    feed = models.TextField()
    control_id = models.TextField()
    digest = models.BinaryField()
    received_at = models.DateTimeField(db_default=Now())
    raw = models.BinaryField()
    kind = models.TextField(default="")
    # Whose message it is, as a digest of its strongest identifier: the lane that keeps its order.
    person = models.BinaryField(default=b"")
    report_key = models.TextField(default="")
    state = models.TextField(choices=State, default=State.WAITING)
    attempts = models.IntegerField(default=0)
    due_at = models.DateTimeField(db_default=Now())
    done_at = models.DateTimeField(null=True)
    out_of_order = models.BooleanField(default=False)
    reused_control_id = models.BooleanField(default=False)
    # Where it failed ("OBX-5 of segment 7") and why; never a value of the message.
    place = models.TextField(default="")
    error = models.TextField(default="")
    patient = models.TextField(default="")
    note = models.TextField(default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["feed", "control_id", "digest"], name="inbound_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["state", "due_at", "id"], name="inbound_due"),
            models.Index(fields=["person", "id"], name="inbound_of_person"),
        ]

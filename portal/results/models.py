"""What waits to be released: operational only, and walled off by the database like the record."""

from typing import ClassVar

from django.db import models


class DueRelease(models.Model):
    """One report, or a result or document without one, that a patient may not see yet.

    The row stays when it has been decided, to say when and by whom. To be read inside a
    `Repository.transaction` alone: policies show the rows of its viewer's patients, and none to
    anyone who may not see what is withheld.
    """

    class State(models.TextChoices):
        """LATER opens by itself at `due_at`; the next three wait for a person."""

        LATER = "later"
        REVIEW = "review"
        IN_PERSON = "in person"
        HELD = "held"
        RELEASED = "released"

    WAITING = (State.LATER, State.REVIEW, State.IN_PERSON, State.HELD)

    patient = models.TextField()
    resource_type = models.TextField()
    logical_id = models.TextField()
    version = models.IntegerField()
    # The row of the policy, by name, and the value of a `Why`.
    rule = models.TextField(default="")
    why = models.TextField(default="")
    state = models.TextField(choices=State)
    due_at = models.DateTimeField(null=True)
    waiting_since = models.DateTimeField()
    # What it is a report of, "system|code"; ordinary ones of a kind are decided together.
    kind = models.TextField(default="")
    is_ordinary = models.BooleanField(default=False)
    # Loaded as history: its release wakes nobody.
    is_history = models.BooleanField(default=False)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.TextField(default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["resource_type", "logical_id"], name="due_release_once")
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"], condition=models.Q(state="later"), name="due_release_by_time"
            ),
            models.Index(fields=["patient", "state"], name="due_release_of_patient"),
        ]

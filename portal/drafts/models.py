"""What somebody has typed into a form and not sent yet."""

from typing import ClassVar

from django.conf import settings
from django.db import models


class Draft(models.Model):
    """The words are encrypted; without any, they have been sent or taken out."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    form = models.CharField(max_length=20)
    about = models.TextField(help_text="What the form is about, as its page names it")
    words = models.TextField(blank=True)
    saved_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "form", "about"], name="draft_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["saved_at"], name="draft_saved_at")]

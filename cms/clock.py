"""What time it is, by the clock that ``settings.CMS_CLOCK`` names, else by Django's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from datetime import date, datetime


def now() -> datetime:
    clock = import_string(getattr(settings, "CMS_CLOCK", "django.utils.timezone.now"))
    return cast("datetime", clock())


def today() -> date:
    return timezone.localdate(now())

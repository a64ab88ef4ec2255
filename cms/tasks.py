"""Each minute, what editors have timed to appear or to go does so."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from procrastinate.contrib.django import app
from wagtail.actions.publish_page_revision import PublishPageRevisionAction
from wagtail.actions.publish_revision import PublishRevisionAction
from wagtail.models import Page, Revision

from cms import clock
from cms.models import Explainer

if TYPE_CHECKING:
    from datetime import datetime

logger = logging.getLogger(__name__)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="publish_due", lock="publish_due")
def publish_due(timestamp: int) -> None:  # noqa: ARG001 (procrastinate tells when it should have run)
    """Run often: a moment that was missed is made up for by the next."""
    carry_out(clock.now())


def carry_out(now: datetime) -> None:
    """Unpublish what has expired, then publish what is due; one that fails holds up no other."""
    for page in Page.objects.filter(live=True, expire_at__lte=now):
        _expire(page.specific)
    for explainer in Explainer.objects.filter(live=True, expire_at__lte=now):
        _expire(explainer)
    due = Revision.objects.filter(approved_go_live_at__lte=now)
    for revision in due.order_by("approved_go_live_at", "pk"):
        try:
            _publish(revision)
        except (IntegrityError, ValidationError):
            logger.warning("%s %s cannot be published", revision.content_type, revision.object_id)


@transaction.atomic
def _expire(thing: Page | Explainer) -> None:
    thing.unpublish(set_expired=True, log_action="wagtail.unpublish.scheduled")


@transaction.atomic
def _publish(revision: Revision) -> None:
    is_page = issubclass(revision.content_type.model_class(), Page)
    kind = PublishPageRevisionAction if is_page else PublishRevisionAction
    action = kind(revision, log_action="wagtail.publish.scheduled")
    # Its moment is past by our clock; Wagtail would look at another and put it off again.
    action.object.go_live_at = None
    action.execute(skip_permission_checks=True)

"""Acts as the relay and the timed tasks do, and says what was sent."""

from django.core import mail

from fhir import deliveries
from fhir.access import SYSTEM
from fhir.scope import scoped
from portal import clock
from portal.notices.models import Notice
from portal.notices.sending import send_due


def told():
    """Let the relay tell of all changes; return the notices there are, by when they are due."""
    while deliveries.deliver_next():
        pass
    return notices()


def notices(**which):
    with scoped(SYSTEM):
        return list(Notice.objects.filter(**which).order_by("due_at", "pk"))


def waiting():
    """Return what is still to be said, and when."""
    return [(one.kind, one.due_at) for one in notices(state=Notice.State.WAITING)]


def sent():
    """Let the relay tell and the task send; return the subjects of new mail."""
    before = len(mail.outbox)
    told()
    send_due(clock.now())
    return [one.subject for one in mail.outbox[before:]]


def states(kind):
    return [(one.state, one.why) for one in notices(kind=kind)]

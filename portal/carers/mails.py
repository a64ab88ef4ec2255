"""What we say by email about helping somebody. Never whose record it is, nor a word of health."""

from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage

from portal.carers.models import Sharing
from portal.identity import mails
from portal.identity.mails import Mail, address_of
from portal.identity.models import User
from portal.identity.sessions import linked_to

_CALL: Final = (
    "If you did not expect this, call us on {phone}. We will not tell anybody you called."
)
_SEE: Final = "Sign in to see who it is, or to change it:\n{people_url}\n\n" + _CALL

MAILS: Final = {
    "invitation": Mail(
        "Somebody asks you to help them online",
        "Somebody you know has asked you to help them online. We never say by email who it is:"
        " they can tell you.\n\nSign in here and enter this code, and their date of birth:\n"
        "{help_url}\n\nYour code is {code}\n\nIt works once, until {until}, and stops after 5"
        " tries. If you know nothing of this, you need do nothing.",
    ),
    "accepted": Mail(
        "Somebody has accepted your invitation",
        "Somebody that you invited to help you has accepted.\n\n" + _SEE,
    ),
    "begun": Mail(
        "You can now help somebody online",
        "You have accepted an invitation to help somebody. They can see what you look at, and"
        " can end it at any time.\n\nSign in to begin:\n{helping_url}\n\n" + _CALL,
    ),
    "locked": Mail(
        "An invitation of yours has been closed",
        "Your date of birth was entered wrongly 5 times with an invitation that you sent, so we"
        " have closed it. Nobody has seen anything.\n\n" + _SEE,
    ),
    "changed": Mail(
        "What you can see has changed",
        "Somebody that you help online has changed what you can see, or until when.\n\nSign in to"
        " see what it is now:\n{helping_url}",
    ),
    "ended": Mail(
        "You no longer help somebody online",
        "One of the people that you helped online is no longer on your list. If you think this"
        " is a mistake, ask them.\n\nSign in to see your list:\n{helping_url}",
    ),
    "left": Mail(
        "Somebody no longer helps you online",
        "Somebody that helped you online does so no more. They can see nothing now.\n\n" + _SEE,
    ),
    "ends soon": Mail(
        "Helping online ends in 2 weeks",
        "A sharing that you are part of ends on {until}.\n\nSign in to see which:\n{people_url}",
    ),
    "will change": Mail(
        "What you can see for somebody will change",
        "What you can see online of somebody that you help will change on {until}, as it does"
        " for everybody at that point.\n\nIf you have questions, call us on {phone}.",
    ),
    "has changed": Mail(
        "Who can see your record has changed",
        "What somebody who helps you can see of your record has changed.\n\n" + _SEE,
    ),
}


def send(to: str, name: str, **gaps: object) -> None:
    """Send one of these mails to an address."""
    places = {
        "people_url": address_of("carers:people"),
        "helping_url": address_of("carers:helping"),
        "help_url": address_of("carers:help"),
    }
    mail = mails.filled(MAILS[name], places | gaps)
    EmailMessage(mail.subject, mail.text, settings.DEFAULT_FROM_EMAIL, [to]).send()


def tell_patient(sharing: Sharing, name: str, **gaps: object) -> None:
    """Tell the patient, if they have a login."""
    if user := linked_to(sharing.patient):
        send(user.email, name, **gaps)


def tell_carer(carer: User | None, name: str, **gaps: object) -> None:
    if carer:
        send(carer.email, name, **gaps)

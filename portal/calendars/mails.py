"""The mail that tells of a new calendar address, in case it was somebody else who made it."""

from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage

from portal.identity import mails
from portal.identity.mails import Mail, address_of
from portal.identity.models import User

MADE: Final = Mail(
    "A calendar address was made",
    "An address was made at which a calendar can read the times of visits. It says nothing else"
    " about you.\n\nYou can stop it here:\n{page}\n\nIf this was not you, call us on {phone} as"
    " soon as you can.",
)


def tell_made(user: User) -> None:
    mail = mails.filled(MADE, {"page": address_of("calendars:about")})
    sent = EmailMessage(mail.subject, mail.text, settings.DEFAULT_FROM_EMAIL, [user.email])
    # The address is before them and is shown once: the post being away must not take it away.
    sent.send(fail_silently=True)

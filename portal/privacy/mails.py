"""The mail that says an answer has come; neither the question nor the answer is in it."""

from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage

from portal.identity import mails
from portal.identity.mails import Mail, address_of
from portal.identity.sessions import linked_to

ANSWERED: Final = Mail(
    "Our privacy team has answered you",
    "You asked us a question about your account. Our privacy team has answered it.\n\nSign in to"
    " read the answer:\n{log_url}\n\nIf you want to talk about it, call us on {phone}.",
)


def tell(patient: str) -> None:
    """Tell the patient, if they have a login."""
    if user := linked_to(patient):
        mail = mails.filled(ANSWERED, {"log_url": address_of("record:access-log")})
        sent = EmailMessage(mail.subject, mail.text, settings.DEFAULT_FROM_EMAIL, [user.email])
        # The answer stands on the page, whether or not the post can take a letter.
        sent.send(fail_silently=True)

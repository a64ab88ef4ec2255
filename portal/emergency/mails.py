"""The mail that tells a patient at once; who it was and why is on the page, not in the mail."""

from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage

from portal.identity import mails
from portal.identity.mails import Mail, address_of
from portal.identity.sessions import linked_to

OPENED: Final = Mail(
    "Emergency access was used",
    "A member of staff who is not in your team has used emergency access to your account with us."
    " Our privacy team is told of each time and checks it.\n\nSign in to see who it was, and the"
    " reason that they gave:\n{log_url}\n\nIf it worries you, call us on {phone}.",
)


def tell(patient: str) -> None:
    """Tell the patient, if they have a login."""
    if user := linked_to(patient):
        mail = mails.filled(OPENED, {"log_url": address_of("record:access-log")})
        sent = EmailMessage(mail.subject, mail.text, settings.DEFAULT_FROM_EMAIL, [user.email])
        # The clinician has the record before them: the post being away must not take it away.
        sent.send(fail_silently=True)

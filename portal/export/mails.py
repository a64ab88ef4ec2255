"""What we say by email about copies and links. Never a clinical word: others read email too."""

from django.conf import settings
from django.core.mail import EmailMessage

from portal.identity import mails
from portal.identity.mails import Mail, address_of
from portal.identity.models import User

MAILS = {
    "ready": Mail(
        "Your copy is ready",
        "The copy that you asked for is ready. You can download it for 24 hours:\n{page}\n\nIf you"
        " did not ask for it, call us on {phone} as soon as you can.",
    ),
    "failed": Mail(
        "We could not make your copy",
        "We could not make the copy that you asked for. You can try again:\n{page}\n\nIf you need"
        " help, call us on {phone}.",
    ),
    "link made": Mail(
        "You have made a link",
        "A link was made that lets somebody look at parts of your account with us for a short"
        " time. You can end it here:\n{page}\n\nIf this was not you, call us on {phone} as soon as"
        " you can.",
    ),
    "link closed": Mail(
        "A link of yours has been closed",
        "Somebody entered a wrong passcode 5 times for a link that you made, so we have closed it."
        " Nothing was shown to them. You can make a new one:\n{page}\n\nIf you need help, call us"
        " on {phone}.",
    ),
}


def tell(user: User, name: str, page: str) -> None:
    """Send one of these mails to a user, with the address of the page it is about."""
    mail = mails.filled(MAILS[name], {"page": address_of(page)})
    EmailMessage(mail.subject, mail.text, settings.DEFAULT_FROM_EMAIL, [user.email]).send()

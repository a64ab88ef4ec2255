"""By what people are told. A channel is a class that settings.NOTICE_CHANNELS names."""

from dataclasses import dataclass
from functools import cache
from typing import Final, Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.module_loading import import_string

from portal.identity import mails
from portal.identity.mails import Mail, address_of
from portal.identity.models import User
from portal.notices.kinds import HELPING, TERMS, Kind
from portal.notices.models import NoticeChoice


@dataclass(frozen=True, slots=True)
class Message:
    """What is said; `key` is the same when it is tried again, for whoever can tell by it."""

    kind: Kind
    subject: str
    text: str
    short: str
    key: str


class Channel(Protocol):
    """A way to reach somebody: email, a text, an app."""

    name: str

    def wants(self, user: User, kind: Kind) -> bool:
        """Whether they have not switched this off; never asked of what is essential."""
        ...

    def send(self, user: User, message: Message) -> None:
        """Hand it over.

        :raises Exception: it was not taken, and may be tried again.
        """
        ...


class Email:
    """Mail to the address that somebody signs in with."""

    name: Final = "email"

    def wants(self, user: User, kind: Kind) -> bool:  # noqa: ARG002 (reminders alone can be switched off)
        choice = NoticeChoice.objects.filter(user=user).first()
        return choice is None or choice.reminders_by_email

    def send(self, user: User, message: Message) -> None:
        host = urlsplit(settings.BASE_URL).hostname
        EmailMessage(
            message.subject,
            message.text,
            settings.DEFAULT_FROM_EMAIL,
            [user.email],
            headers={"Message-ID": f"<{message.key}@{host}>"},
        ).send()


def channels() -> dict[str, Channel]:
    made: list[Channel] = [_made(path) for path in settings.NOTICE_CHANNELS]
    return {one.name: one for one in made}


def message(kind: Kind, key: str, *, helps: bool = False) -> Message:
    """Return what is said to a patient, or to somebody who `helps` one."""
    wording = HELPING if helps else TERMS[kind].wording
    page = address_of("carers:helping" if helps else "appointments:list")
    gaps = {"page": page, "choices": address_of("notices:choices")}
    said = mails.filled(Mail(wording.subject, wording.text), gaps)
    return Message(kind, said.subject, said.text, wording.short, key)


@cache
def _made(path: str) -> Channel:
    made: Channel = import_string(path)()
    return made

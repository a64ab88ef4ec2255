"""People with an account, signed in, for measuring."""

from django.conf import settings
from django.http import HttpRequest
from django.test import Client

from portal import clock
from portal.identity import sessions
from portal.identity.models import Link, User


def signed_in(patient: str) -> Client:
    """Return the browser of a new account that is linked to this patient."""
    user = User.objects.create_user(f"{patient}@example.org", name="Bench")
    Link.objects.create(
        user=user, patient=patient, method=Link.Method.ACTIVATION_CODE, linked_at=clock.now()
    )
    client = Client(HTTP_HOST="localhost")
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[1])
    request = HttpRequest()
    request.session = client.session
    sessions.begin(request, user, clock.now(), second_factor=True)
    request.session.save()
    return client


def cookie_of(client: Client) -> str:
    name = settings.SESSION_COOKIE_NAME
    return f"{name}={client.cookies[name].value}"

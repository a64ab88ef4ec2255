"""From a slip of paper to a login with a record: the code, then whose login, then a second step."""

from typing import cast

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.internal.flows.signup import prevent_enumeration
from allauth.account.models import EmailAddress, Login
from allauth.core import ratelimit
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from fhir.access import SYSTEM
from fhir.store import Repository
from portal import clock
from portal.identity import actions, activation, people
from portal.identity.actions import CannotActivate
from portal.identity.forms import CodeForm, NewLoginForm
from portal.identity.models import ActivationCode, User

PAGE = ("GET", "HEAD", "POST")


@require_http_methods(PAGE)
def code(request: HttpRequest) -> HttpResponse:
    form = CodeForm(request.POST or None)
    if request.method == "POST" and not ratelimit.consume(request, action="activate"):
        return render(request, "429.html", status=429)
    if request.method == "POST" and form.is_valid():
        try:
            found = actions.try_code(
                typed=form.cleaned_data["code"], born=form.cleaned_data["born"], now=clock.now()
            )
        except CannotActivate:
            form.add_error(None, "The code and the date of birth do not belong together")
        else:
            activation.remember(request, found)
            return redirect("account_activate_login")
    return render(request, "account/activate.html", {"form": form})


@require_http_methods(PAGE)
def login(request: HttpRequest) -> HttpResponse:
    """Make a login for the code that was typed, or use the one that is signed in."""
    found = activation.typed(request)
    if found is None:
        return redirect("account_activate")
    if request.user.is_authenticated:
        return _use_this_login(request, request.user, found)
    form = NewLoginForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _make_login(request, form, found)
    return render(request, "account/activate_login.html", {"form": form})


def _use_this_login(request: HttpRequest, user: User, found: ActivationCode) -> HttpResponse:
    if request.method != "POST":
        return render(request, "account/activate_this.html")
    if not activation.use(request, user, found):
        return render(request, "account/activate_refused.html", status=403)
    return redirect("/")


def _make_login(request: HttpRequest, form: NewLoginForm, found: ActivationCode) -> HttpResponse:
    email, password = form.cleaned_data["email"], form.cleaned_data["password"]
    name = people.name_of(Repository(SYSTEM).read("Patient", found.patient).json)
    try:
        with transaction.atomic():
            user = User.objects.create_user(email, password, name=name)
            EmailAddress.objects.create(user=user, email=email, primary=True)
    except IntegrityError:
        # The same page follows; the address itself is told that it has a login.
        return cast("HttpResponse", prevent_enumeration(request, email=email))
    activation.remember_login(request, user)
    made = Login(user=user, email=email, signup=True)
    return cast("HttpResponse", perform_password_login(request, {"email": email}, made))

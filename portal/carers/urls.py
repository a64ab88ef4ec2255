"""Addresses below /account/people/: who helps me, and whom I help."""

from django.urls import path

from portal.carers import helping_views, views

app_name = "carers"
urlpatterns = [
    path("", views.people, name="people"),
    path("safe/", views.safe, name="safe"),
    path("invite/", views.invite, name="invite"),
    path("check/", views.check, name="check"),
    path("<int:sharing>/again/", views.again, name="again"),
    path("<int:sharing>/withdraw/", views.withdraw, name="withdraw"),
    path("<int:sharing>/change/", views.change, name="change"),
    path("<int:sharing>/stop/", views.stop, name="stop"),
    path("helping/", helping_views.helping, name="helping"),
    path("helping/begin/", helping_views.begin, name="help"),
    path("helping/<int:sharing>/end/", helping_views.step_back, name="step-back"),
]

"""Addresses below /staff/ that give out logins."""

from django.urls import path

from portal.identity import staff_views

urlpatterns = [
    path("", staff_views.home, name="staff"),
    path("activation/", staff_views.find, name="staff_activation"),
    path("activation/person/", staff_views.person, name="staff_activation_person"),
    path("activation/cancel/", staff_views.cancel, name="staff_activation_cancel"),
]

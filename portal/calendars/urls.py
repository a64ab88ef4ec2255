"""Addresses below /account/calendar/: whether and where a calendar reads one's appointments."""

from django.urls import path

from portal.calendars import views

app_name = "calendars"
urlpatterns = [
    path("", views.about, name="about"),
    path("new/", views.make, name="make"),
    path("stop/", views.stop, name="stop"),
]

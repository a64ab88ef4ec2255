"""Addresses below /appointments/: a consultation, from the device check to what comes after."""

from django.urls import path

from portal.consultations import views

app_name = "consultations"
urlpatterns = [
    path("<uuid:key>/visit/", views.visit, name="visit"),
    path("<uuid:key>/visit/check/", views.check, name="check"),
    path("<uuid:key>/visit/wait/", views.wait, name="wait"),
    path("<uuid:key>/visit/leave/", views.leave, name="leave"),
    path("<uuid:key>/visit/phone/", views.call_me, name="phone"),
    path("<uuid:key>/visit/join/", views.join, name="join"),
    path("<uuid:key>/visit/call/", views.call, name="call"),
]

"""Addresses for an interpreter who was given a link, below /guest/. None says to which visit."""

from django.urls import path

from portal.consultations import guest_views

app_name = "guest"
urlpatterns = [
    path("", guest_views.open_link, name="open"),
    path("visit/", guest_views.visit, name="visit"),
    path("wait/", guest_views.wait, name="wait"),
    path("leave/", guest_views.leave, name="leave"),
    path("join/", guest_views.join, name="join"),
    path("call/", guest_views.call, name="call"),
]

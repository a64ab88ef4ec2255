"""Live updates over HTTP; the socket at the same address is in portal.asgi."""

from django.urls import path

from portal.live import views

urlpatterns = [
    path("events", views.events, name="live_events"),
    path("head", views.head, name="live_head"),
]

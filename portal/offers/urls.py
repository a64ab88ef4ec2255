"""Addresses of earlier times, below /appointments/."""

from django.urls import path

from portal.offers import views

app_name = "offers"
urlpatterns = [
    path("<uuid:key>/earlier/", views.earlier, name="earlier"),
    path("<uuid:key>/earlier/stop/", views.stop, name="stop"),
    path("offers/<uuid:key>/", views.offer, name="offer"),
]

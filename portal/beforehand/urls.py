"""Addresses below /appointments/: what is said before a visit, and that somebody has come."""

from django.urls import path

from portal.beforehand import views

app_name = "beforehand"
urlpatterns = [
    path("<uuid:key>/before/", views.before, name="before"),
    path("<uuid:key>/here/", views.here, name="here"),
]

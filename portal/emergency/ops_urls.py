"""Addresses below /ops/emergencies/."""

from django.urls import path

from portal.emergency import check_views

urlpatterns = [
    path("", check_views.unchecked, name="ops_emergencies"),
    path("<uuid:key>/", check_views.check, name="ops_emergency_check"),
]

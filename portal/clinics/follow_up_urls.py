"""Addresses below /staff/follow-ups/."""

from django.urls import path

from portal.clinics import follow_up_views

urlpatterns = [
    path("", follow_up_views.find, name="staff_follow_up"),
    path("<str:patient>/", follow_up_views.order, name="staff_follow_up_of"),
]

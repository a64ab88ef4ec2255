"""Addresses below /staff/emergency/."""

from django.urls import path

from portal.emergency import views

urlpatterns = [
    path("", views.whose, name="staff_emergency"),
    path("why/", views.why, name="staff_emergency_why"),
    path("<uuid:key>/", views.record, name="staff_emergency_record"),
    path("<uuid:key>/close/", views.give_back, name="staff_emergency_close"),
]

"""Addresses below /staff/clinics/: clinics, and the bookings in them."""

from django.urls import path

from portal.clinics import views

urlpatterns = [
    path("", views.clinics, name="staff_clinics"),
]

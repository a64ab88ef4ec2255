"""Addresses below /staff/clinics/: clinics, and the bookings in them."""

from django.urls import path

from portal.clinics import editing_views, views

urlpatterns = [
    path("", views.clinics, name="staff_clinics"),
    path("new/", editing_views.new, name="staff_clinic_new"),
    path("<uuid:key>/", views.clinic, name="staff_clinic"),
    path("<uuid:key>/change/", editing_views.change, name="staff_clinic_change"),
    path("<uuid:key>/sessions/<str:day>/", editing_views.session, name="staff_clinic_session"),
]

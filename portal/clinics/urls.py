"""Addresses below /staff/clinics/: clinics, and the bookings in them."""

from django.urls import path

from portal.clinics import day_views, editing_views, outside_views, place_views, views

urlpatterns = [
    path("", views.clinics, name="staff_clinics"),
    path("new/", editing_views.new, name="staff_clinic_new"),
    path("days/", day_views.today, name="staff_clinic_days"),
    path("days/<str:on>/", day_views.day, name="staff_clinic_day"),
    path("places/<str:place>/", place_views.place, name="staff_clinic_place"),
    path("bookings/<uuid:key>/cancel/", day_views.cancel, name="staff_booking_cancel"),
    path("<uuid:key>/", views.clinic, name="staff_clinic"),
    path("<uuid:key>/outside/", outside_views.outside, name="staff_clinic_outside"),
    path("<uuid:key>/change/", editing_views.change, name="staff_clinic_change"),
    path("<uuid:key>/not-told.csv", views.not_told, name="staff_clinic_not_told"),
    path("<uuid:key>/sessions/<str:day>/", editing_views.session, name="staff_clinic_session"),
]

"""Addresses below /staff/privacy/."""

from django.urls import path

from portal.privacy import staff_views

urlpatterns = [
    path("", staff_views.unanswered, name="staff_privacy"),
    path("<uuid:key>/", staff_views.question, name="staff_privacy_question"),
]

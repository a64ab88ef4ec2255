"""Addresses below /staff/results/: what waits for a clinician."""

from django.urls import path

from portal.results import staff_views

urlpatterns = [
    path("", staff_views.worklist, name="staff_results"),
    path("together/", staff_views.decide_together, name="staff_results_together"),
    path("<str:result_id>/", staff_views.decide, name="staff_result"),
]

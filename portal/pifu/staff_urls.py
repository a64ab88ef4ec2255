"""Addresses below /staff/: what patients have asked, and the plans under which they ask."""

from django.urls import path

from portal.pifu import plan_views, staff_views

urlpatterns = [
    path("asks/", staff_views.asks, name="staff_asks"),
    path("asks/<uuid:key>/", staff_views.answer, name="staff_ask"),
    path("follow-ups/<str:patient>/plan/", plan_views.new, name="staff_new_plan"),
    path("follow-ups/<str:patient>/plans/<str:key>/", plan_views.change, name="staff_plan"),
    path("follow-ups/<str:patient>/plans/<str:key>/end/", plan_views.end, name="staff_end_plan"),
]

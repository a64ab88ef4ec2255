"""Addresses of results, below /record/results/."""

from django.urls import path

from portal.results import views

app_name = "results"
urlpatterns = [
    path("", views.results, name="list"),
    path("seen/", views.seen_all, name="seen"),
    path("alone/<str:value_id>/", views.alone, name="alone"),
    path("<str:report_id>/", views.report, name="report"),
    path("<str:report_id>/document/<int:number>/", views.document, name="document"),
    path("<str:report_id>/<str:value_id>/", views.value, name="value"),
]

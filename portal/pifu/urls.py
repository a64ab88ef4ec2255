"""Addresses below /appointments/: asking to be seen, under a plan."""

from django.urls import path

from portal.pifu import views

app_name = "pifu"
urlpatterns = [
    path("ask/<str:key>/", views.plan, name="plan"),
    path("ask/<str:key>/form/", views.ask, name="ask"),
    path("asked/<uuid:key>/", views.asked, name="asked"),
    path("asked/<uuid:key>/take-back/", views.take_back, name="take-back"),
]

"""Addresses of the record that belong to no section of it, below /record/."""

from django.urls import path

from portal.record import views

app_name = "record"
urlpatterns = [
    path("", views.front, name="front"),
    path("access-log/", views.access_log, name="access-log"),
]

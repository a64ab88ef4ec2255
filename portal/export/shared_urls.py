"""Addresses for whoever was given a link, below /shared/. None of them says which link."""

from django.urls import path

from portal.export import shared_views

app_name = "shared"
urlpatterns = [
    path("", shared_views.open_link, name="open"),
    path("record/", shared_views.front, name="front"),
    path("alive/", shared_views.alive, name="alive"),
    path("leave/", shared_views.leave, name="leave"),
    path("record/<slug:key>/", shared_views.part, name="part"),
]

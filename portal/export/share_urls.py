"""Addresses at which a patient makes and ends links, below /record/share/."""

from django.urls import path

from portal.export import share_views

app_name = "share"
urlpatterns = [
    path("", share_views.all_links, name="links"),
    path("begin/", share_views.begin, name="begin"),
    path("<uuid:key>/end/", share_views.end, name="end"),
]

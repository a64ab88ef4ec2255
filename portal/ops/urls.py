"""Addresses below /ops/: keeping the feeds running."""

from django.urls import path

from portal.ops import views

urlpatterns = [
    path("", views.home, name="ops"),
    path("feeds/", views.feeds, name="ops_feeds"),
    path("messages/", views.listed, name="ops_messages"),
    path("messages/<int:number>/", views.message, name="ops_message"),
    path("held/", views.held, name="ops_held"),
    path("held/release/", views.unhold, name="ops_unhold"),
]

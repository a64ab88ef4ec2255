"""Addresses below /ops/: keeping the feeds running."""

from django.urls import path

from portal.ops import identity_views, views

urlpatterns = [
    path("", views.home, name="ops"),
    path("feeds/", views.feeds, name="ops_feeds"),
    path("messages/", views.listed, name="ops_messages"),
    path("messages/replay/", views.replay, name="ops_replay"),
    path("messages/<int:number>/", views.message, name="ops_message"),
    path("identities/", identity_views.listed, name="ops_identities"),
    path("identities/<slug:handle>/", identity_views.identity, name="ops_identity"),
]

"""Addresses below /staff/ about the parents of children."""

from django.urls import path

from portal.carers import staff_views

urlpatterns = [
    path("parents/", staff_views.desk, name="staff_parents"),
    path("parents/parent/", staff_views.parent, name="staff_parents_parent"),
    path("children/", staff_views.children, name="staff_children"),
    path("children/child/", staff_views.child, name="staff_children_child"),
]

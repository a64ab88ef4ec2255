"""The addresses of the FHIR API, below `/fhir/`; the base with or without a slash, none below."""

from django.urls import path, re_path

from fhir.rest import views

app_name = "fhir"

_TYPE = r"^R4/(?P<resource_type>[A-Za-z]+)"
_INSTANCE = _TYPE + r"/(?P<logical_id>[A-Za-z0-9\-.]{1,64})"

urlpatterns = [
    re_path(r"^R4/?$", views.base, name="base"),
    path("R4/metadata", views.metadata, name="metadata"),
    re_path(_TYPE + "$", views.of_type, name="type"),
    re_path(_TYPE + "/_search$", views.by_form, name="search"),
    re_path(_INSTANCE + "$", views.instance, name="instance"),
    re_path(_INSTANCE + "/_history$", views.history, name="history"),
    re_path(_INSTANCE + r"/_history/(?P<version>[0-9]{1,9})$", views.version, name="version"),
    re_path(r"^R4/(?P<address>.*)$", views.nowhere, name="nowhere"),
]

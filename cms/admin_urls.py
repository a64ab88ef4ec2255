"""The content admin, without its own ways to sign in: they ask for no second factor."""

from django.urls import URLPattern, URLResolver, include, path, re_path
from wagtail.admin import urls as wagtail_admin_urls

from cms import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("login/", views.sign_in),
    re_path(r"^password_reset/", views.sign_in),
    path("", include(wagtail_admin_urls)),
]

"""The public addresses. Last in the list, editors' pages claim whatever no other address does.

Wagtail's own list of public addresses is not included: it has a sign-in page of its own, which
asks for no second factor. Of what editors upload, the pictures made
for pages are public; the originals, which may tell where they were taken, are not.
"""

from django.urls import URLPattern, URLResolver, include, path, re_path
from wagtail.urls import serve_pattern
from wagtail.views import serve

from cms import views

tests = [
    path("", views.tests, name="tests"),
    path("<slug:slug>/", views.test, name="test"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("tests/", include((tests, "cms"))),
    path("media/images/<path:name>", views.picture),
    path("_util/login/", views.sign_in, name="wagtailcore_login"),
    re_path(serve_pattern, serve, name="wagtail_serve"),
]

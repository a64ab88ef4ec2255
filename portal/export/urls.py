"""Addresses of copies of one's record, below /record/download/."""

from django.urls import path

from portal.export import views

app_name = "export"
urlpatterns = [
    path("", views.choose, name="choose"),
    path("begin/", views.begin, name="begin"),
    path("<uuid:key>/", views.copy, name="copy"),
    path("<uuid:key>/file/", views.download, name="download"),
    path("<uuid:key>/again/", views.again, name="again"),
    path("<uuid:key>/stop/", views.stop, name="stop"),
]

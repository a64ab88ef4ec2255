"""The address below /account/notices/: what somebody wants to be told."""

from django.urls import path

from portal.notices import views

app_name = "notices"
urlpatterns = [path("", views.choices, name="choices")]
